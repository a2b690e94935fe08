//! People to try things with: for tests, here and in the crates above, and for the table of permissions.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Provenance, Role, Status, User, UserId};

/// An active agent of this name, who has nothing but that. The id is made of the name.
#[must_use]
pub fn agent(name: &str) -> User {
    let id = name.bytes().fold(0_u128, |id, byte| id.wrapping_mul(257).wrapping_add(u128::from(byte)));
    User {
        user_id: UserId::new(Uuid::from_u128(id)),
        identity: name.to_owned(),
        name: name.to_owned(),
        email: None,
        picture: None,
        reported_at: None,
        role: Role::Agent,
        role_granted: false,
        login_role: Some(Role::Agent),
        role_decided_after: None,
        status: Status::Active,
        act_as_agent: false,
        teams: [].into(),
        assigned_skills: [].into(),
        disabled_skills: [].into(),
        reported_skills: [].into(),
        worker_sid: None,
        provenance: Provenance::Managed,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// An active person of this name and role, whose role was given here.
#[must_use]
pub fn somebody(name: &str, role: Role) -> User {
    User { role, role_granted: true, login_role: Some(role), ..agent(name) }
}
