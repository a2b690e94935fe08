//! What happens between two steps of reindexing: edits, `index`, and the end of the process.

use app::reindex::Mode;
use domain::{Status, User};

use super::world::{World, ada, report};

/// Every step at which something can happen to a user while their entries are looked at.
const STEPS: [&str; 5] = ["find_users", "user", "compare_entries", "repair_entries", "history"];

fn rename(user: &mut User) {
    user.idp.full_name = Some("Augusta Byron".to_owned());
}

/// Ada's entries are those of her name before last, so that each of hers is missing or stale.
async fn ada_renamed_unheard() -> World {
    let world = World::new().await;
    world.write(ada()).await;
    world.index().await;
    world.change(ada().user_id, |user| user.idp.full_name = Some("Ada King".to_owned())).await;
    world.lose_events();
    world
}

#[tokio::test]
async fn a_user_who_is_renamed_while_their_entries_are_repaired_keeps_no_entry_of_the_old_name() {
    for step in STEPS {
        for index_at_once in [true, false] {
            let world = ada_renamed_unheard().await;
            let other = world.clone();
            world.store.steps.at(step, async move || {
                other.change(ada().user_id, rename).await;
                if index_at_once {
                    other.index().await;
                }
            });
            world.slices(Mode::Repair).await;
            world.index().await;
            assert_eq!(world.entries().await, world.derived().await, "renamed at {step}, at once: {index_at_once}");
        }
    }
}

#[tokio::test]
async fn an_entry_that_an_edit_makes_right_again_is_not_deleted() {
    // The name before last comes back: what was stale when it was compared is wanted when it would be deleted.
    for step in ["compare_entries", "repair_entries"] {
        for index_at_once in [true, false] {
            let world = ada_renamed_unheard().await;
            let other = world.clone();
            world.store.steps.at(step, async move || {
                other.change(ada().user_id, |user| user.idp.full_name.clone_from(&ada().idp.full_name)).await;
                if index_at_once {
                    other.index().await;
                }
            });
            world.everything(Mode::Repair).await;
            world.index().await;
            assert_eq!(world.entries().await, world.derived().await, "renamed at {step}, at once: {index_at_once}");
        }
    }
}

#[tokio::test]
async fn the_stale_entry_of_nobody_stays_if_its_user_comes_before_it_is_deleted() {
    let world = World::new().await;
    for item in store::search::index::entries(&ada()).unwrap().into_values() {
        world.put(item).await;
    }
    let other = world.clone();
    world.store.steps.at("repair_entries", async move || {
        other.write(ada()).await;
        other.index().await;
    });
    world.everything(Mode::Repair).await;
    world.assert_right().await;
    assert!(!world.entries().await.is_empty());
}

#[tokio::test]
async fn a_check_does_not_count_what_an_edit_changed_under_its_hands() {
    let world = World::new().await;
    world.write(ada()).await;
    world.index().await;
    let other = world.clone();
    world.store.steps.at("compare_entries", async move || {
        other.change(ada().user_id, |user| user.managed.status = Status::Deactivated).await;
        other.index().await;
    });
    assert_eq!(world.reindex(Mode::Check).user(ada().user_id).await.unwrap(), Some(report(1, 0, 0, 0)));
}

#[tokio::test]
async fn wherever_it_is_killed_no_wrong_entry_is_left_and_the_next_run_ends_the_work() {
    let mut steps = 0;
    loop {
        let world = ada_renamed_unheard().await;
        let before = world.entries().await;
        world.store.steps.die_after(steps);
        let ended = world.store.steps.run(world.everything(Mode::Repair)).await.is_some();
        let (left, derived) = (world.entries().await, world.derived().await);
        let is_explained =
            left.iter().all(|(key, item)| [&before, &derived].iter().any(|of| of.get(key) == Some(item)));
        assert!(is_explained, "after {steps} steps an entry is neither of before nor right");
        world.store.steps.live();
        world.everything(Mode::Repair).await;
        world.assert_right().await;
        if ended {
            assert!(steps > 5, "{steps} steps");
            return;
        }
        steps += 1;
    }
}
