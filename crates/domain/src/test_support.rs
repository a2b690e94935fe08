//! Users for tests, here and in the crates above (feature `test-support`).
#![expect(clippy::missing_panics_doc, reason = "a test that misuses these is wrong")]

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{Identity, Provenance, Role, User, UserId};

/// An active agent of this name, with nothing else. The id is derived from the name.
#[must_use]
pub fn agent(name: &str) -> User {
    let id = name.bytes().fold(0_u128, |id, byte| id.wrapping_mul(257).wrapping_add(u128::from(byte)));
    let identity = Identity::reported(name).or_else(|| Identity::reported("unnamed")).expect("not empty");
    let mut user = User::new(UserId::new(Uuid::from_u128(id)), identity, Timestamp::UNIX_EPOCH);
    user.idp.full_name = Some(name.to_owned());
    user.managed.login_role = Some(Role::Agent);
    user.managed.provenance = Provenance::Managed;
    user.version = 1;
    user
}

/// An active user of this name and role, whose role was given here.
#[must_use]
pub fn user_with_role(name: &str, role: Role) -> User {
    agent(name).with(|user| {
        user.managed.role = role;
        user.managed.role_granted = true;
        user.managed.login_role = Some(role);
    })
}

/// A value of a text type such as `TeamName`, unchecked, as if it had been read from the table.
#[must_use]
pub fn stored<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).expect("a text type is stored as its text")
}
