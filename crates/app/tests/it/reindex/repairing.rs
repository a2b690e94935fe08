use app::reindex::Mode;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Status, UserId, test_support::agent};
use store::{schema::keys::Key, search::index::entries};
use uuid::Uuid;

use super::world::{World, ada, owners_list, report};

/// Takes away three entries of Ada's, alters one, and leaves stale ones: of Ada under another status and another role, of
/// a user who does not exist, and one whose sort key names no user. Returns how many are missing or altered, and stale.
async fn damage(world: &World) -> (usize, usize) {
    let right = entries(&world.directory.user(ada()).await).unwrap();
    for key in right.keys().take(3) {
        world.delete(key).await;
    }
    let mut altered = right.values().last().unwrap().clone();
    altered.insert("text".to_owned(), AttributeValue::S("another user".to_owned()));
    world.put(altered).await;

    let unknown = agent("Nobody At All").with(|user| user.user_id = UserId::new(Uuid::from_u128(404)));
    let elsewhere = world.directory.user(ada()).await.with(|user| user.managed.status = Status::Deleted);
    let mut stale = entries(&unknown).unwrap();
    stale.extend(entries(&elsewhere).unwrap());
    let some_entry = right.values().next().unwrap();
    for key in [owners_list(&ada()), Key { pk: "FIND#active#ada".to_owned(), sk: "without a user".to_owned() }] {
        let mut item = some_entry.clone();
        item.extend(key.attributes());
        stale.insert(key, item);
    }
    for item in stale.values() {
        world.put(item.clone()).await;
    }
    (4, stale.len())
}

trait FetchUser {
    async fn user(&self, user: domain::User) -> domain::User;
}

impl FetchUser for store::Directory {
    async fn user(&self, user: domain::User) -> domain::User {
        store::ViewUser::user(self, user.user_id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn entries_that_are_missing_altered_or_stale_are_repaired_until_they_are_those_that_the_profiles_derive() {
    let world = World::with_users().await;
    world.assert_right().await;
    let (missing, stale) = damage(&world).await;
    let found = world.entries().await.len();

    let repaired = world.everything(Mode::Repair).await;

    assert_eq!(repaired, report(4, found + 3, missing, stale));
    world.assert_right().await;
    let right = world.entries().await.len();
    assert_eq!(world.everything(Mode::Repair).await, report(4, right, 0, 0), "nothing is left to do");
}

#[tokio::test]
async fn a_check_says_how_much_differs_and_writes_nothing() {
    let world = World::with_users().await;
    let (missing, stale) = damage(&world).await;
    let before = world.items().await;
    let checked = world.everything(Mode::Check).await;
    assert_eq!((checked.missing, checked.stale), (missing, stale));
    assert_eq!(checked.differences(), missing + stale);
    world.slices(Mode::Check).await;
    world.reindex(Mode::Check).user(ada().user_id).await.unwrap();
    assert_eq!(world.items().await, before);
}

#[tokio::test]
async fn a_user_with_more_entries_than_a_transaction_takes_is_repaired() {
    let world = World::new().await;
    let long_name = (0..120).map(|n| char::from_u32(0x4e00 + n).unwrap()).collect::<String>();
    world.write(agent(&long_name)).await;
    world.lose_events();
    let wanted = world.derived().await.len();
    assert!(wanted > 200, "{wanted}");
    assert_eq!(world.everything(Mode::Repair).await, report(1, wanted, wanted, 0));
    world.assert_right().await;
    // All of them become stale, and as many are missing.
    world.change(agent(&long_name).user_id, |user| user.managed.status = Status::Deactivated).await;
    world.lose_events();
    assert_eq!(world.everything(Mode::Repair).await, report(1, 2 * wanted, wanted, wanted));
    world.assert_right().await;
}

#[tokio::test]
async fn slices_repair_what_lost_events_left_without_a_scan() {
    let world = World::with_users().await;
    let user_id = ada().user_id;
    world.change(user_id, |user| user.idp.full_name = Some("Ada King".to_owned())).await;
    world.index().await;
    // Two changes that `index` never hears of.
    world.change(user_id, |user| user.idp.full_name = Some("Countess".to_owned())).await;
    world.change(user_id, |user| user.managed.teams.clear()).await;
    world.lose_events();
    world.store.steps.at("suspect_entries", async || panic!("a slice scans nothing"));

    let (found, derived) = (world.entries().await, world.derived().await);
    let missing = derived.iter().filter(|(key, item)| found.get(key) != Some(item)).count();
    let stale = found.keys().filter(|key| !derived.contains_key(key)).count();
    assert!(missing > 0 && stale > 0);

    assert_eq!(world.slices(Mode::Check).await, report(4, 0, missing, stale));
    assert_eq!(world.slices(Mode::Repair).await, report(4, 0, missing, stale));

    world.assert_right().await;
}

#[tokio::test]
async fn one_user_is_repaired_and_the_others_are_left_alone() {
    let world = World::with_users().await;
    for user_id in [ada().user_id, agent("Bob").user_id] {
        world.change(user_id, |user| user.managed.status = Status::Deactivated).await;
    }
    world.lose_events();
    let of_ada = entries(&ada()).unwrap().len();
    let of_bob = entries(&agent("Bob")).unwrap().len();
    let repaired = world.reindex(Mode::Repair).user(ada().user_id).await.unwrap().unwrap();
    assert_eq!(repaired, report(1, 0, of_ada, of_ada));
    let checked = world.everything(Mode::Check).await;
    assert_eq!((checked.missing, checked.stale), (of_bob, of_bob));
    assert_eq!(world.reindex(Mode::Repair).user(UserId::new(Uuid::from_u128(404))).await.unwrap(), None);
}
