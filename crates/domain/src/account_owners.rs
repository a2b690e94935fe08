//! One active account owner stays (rule 3).

use std::collections::BTreeSet;

use crate::{Refusal, User, UserId};

/// Whether the user becomes an active account owner, or is one no more.
#[must_use]
pub fn changes_owners(before: Option<&User>, after: &User) -> bool {
    before.is_some_and(User::is_active_owner) != after.is_active_owner()
}

/// Makes `owners`, the ids of the active ones, what they are after this change. Refused if none would be left.
pub fn keep_an_owner(owners: &mut BTreeSet<UserId>, after: &User) -> Result<(), Refusal> {
    if after.is_active_owner() {
        owners.insert(after.user_id);
    } else if owners.len() > 1 {
        owners.remove(&after.user_id);
    } else {
        return Err(Refusal::LastAccountOwner);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Role,
        test_support::{agent, user_with_role},
    };

    #[test]
    fn rule_3_the_owners_are_followed_and_the_last_one_stays() {
        let (olga, otto) = (user_with_role("olga", Role::AccountOwner), user_with_role("otto", Role::AccountOwner));
        let demoted = |user: &User| user.with(|user| user.managed.role = Role::Agent);
        assert!(changes_owners(None, &olga) && changes_owners(Some(&olga), &demoted(&olga)));
        assert!(!changes_owners(Some(&olga), &olga) && !changes_owners(None, &agent("ada")));
        let mut owners = BTreeSet::from([olga.user_id]);
        assert_eq!(keep_an_owner(&mut owners, &demoted(&olga)), Err(Refusal::LastAccountOwner));
        assert_eq!(keep_an_owner(&mut owners, &otto), Ok(()));
        assert_eq!(keep_an_owner(&mut owners, &demoted(&olga)), Ok(()));
        assert_eq!(owners, [otto.user_id].into());
    }
}
