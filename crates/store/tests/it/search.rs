use std::collections::BTreeSet;

use domain::{
    Role, SearchText, Status, User, UserId,
    search::{Criterion, StatusFilter, UserQuery, fold},
    test_support::{self, stored},
};
use proptest::prelude::*;
use store::{
    AccessPath, CommitUser, Cursor, FindUsers, IndexUser, Order, ReadUsers, UserReading, ViewUser, query_fingerprint,
    search::MAX_EXAMINED,
};

use crate::support::{Fixture, edit};

/// The users of all pages of a search.
pub async fn all_pages(fixture: &Fixture, query: &UserQuery, order: Order, limit: usize) -> Vec<User> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = fixture.directory.find_users(query, order, cursor, limit).await.unwrap();
        assert!(page.users.len() <= limit && page.examined <= MAX_EXAMINED, "{}", page.examined);
        all.extend(page.users);
        let Some(next) = page.next else { return all };
        cursor = Some(Cursor::decode(&next.encode(), &query_fingerprint(query)).unwrap());
    }
}

/// The users of a whole reading, as one runner reads them, or one after the other for each page.
pub async fn all_read(fixture: &Fixture, query: &UserQuery, at_once: usize, is_resumed: bool) -> Vec<User> {
    let mut all = Vec::new();
    let mut reading = UserReading::new(query.clone(), None, at_once);
    loop {
        let page = fixture.directory.next_users(&mut reading).await.unwrap();
        all.extend(page.users);
        let Some(next) = page.next else { return all };
        if is_resumed {
            reading = UserReading::new(query.clone(), Some(next), at_once);
        }
    }
}

fn ids(users: &[User]) -> BTreeSet<UserId> {
    users.iter().map(|user| user.user_id).collect()
}

/// A naive implementation of rule 6: each term is part of the name or the e-mail address.
pub fn matches_naively(user: &User, text: &str) -> bool {
    let text = fold(text);
    let mut words = text.split(' ').collect::<Vec<_>>();
    let is_dense = |c| matches!(c, '一'..='鿿' | 'ぁ'..='ゖ' | '가'..='힣' | 'ー' | '々');
    let is_long = |word: &str| word.chars().count() >= 3 || word.chars().count() == 2 && word.chars().all(is_dense);
    if !words.iter().any(|word| is_long(word)) {
        words = vec![&text];
    }
    let (name, email) = (fold(user.name()), fold(user.email().unwrap_or_default()));
    words.into_iter().all(|word| name.contains(word) || email.contains(word))
}

pub fn user_named(number: usize, name: &str, email: Option<&str>, status: Status) -> User {
    test_support::agent(&format!("identity-{number}")).with(|user| {
        user.idp.full_name = Some(name.to_owned());
        user.idp.email = email.map(stored);
        user.managed.status = status;
    })
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "(ann|anna|Ánn|nan|Jo|Straße|Müller|an an|ΑΝΝΑ|Łukasz)( (ann|Banana|nna|O'Neil|李小龙|ＡＮＮＡ)){0,2}",
        "[anb ]{1,12}",
        "(李明|李小龙|明李|ヤマダ|やまだ太郎|김민수|김수)( (李明|タロウ|수진|ann|O’Neil)){0,2}",
        "(Фёдор|Άννα|مُحَمَّد|שָׁלוֹם|Søren|Lætitia)( (Jean‐Luc|李明|é)){0,2}",
    ]
}

pub fn users() -> impl Strategy<Value = Vec<User>> {
    let email = prop::option::of("(ann|banana|nan|x)(@example.com|.ann@ann.org)");
    let status = prop::sample::select(Status::ALL.to_vec());
    prop::collection::vec((names(), email, status), 0..14).prop_map(|users| {
        users
            .into_iter()
            .enumerate()
            .map(|(i, (name, email, status))| user_named(i, &name, email.as_deref(), status))
            .collect()
    })
}

pub fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "(ann|nan|anna|banana|example|müll|strasse|李小龙|nn)( (an|ann|ban|com|a)){0,2}",
        "[anb ]{3,6}",
        "(李明|明李|小龙|やま|ﾔﾏﾀﾞ|タロ|민수|김수|수|федор|αννα|محمد|שלום|soren|laet|o'neil|jean-luc)( (李|太郎|ann|e)){0,2}",
        names()
    ]
}

pub fn statuses() -> impl Strategy<Value = StatusFilter> {
    prop_oneof![Just(StatusFilter::All), prop::sample::select(Status::ALL.to_vec()).prop_map(StatusFilter::Only)]
}

// For any users, text, status and page size, the pages contain exactly the users that a naive search finds, each once.
#[test]
fn rules_6_7_and_8_the_pages_of_a_search_are_exactly_who_matches_each_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = std::cell::RefCell::new(Some(runtime.block_on(Fixture::new())));
    let config = ProptestConfig { cases: 48, ..ProptestConfig::default() };
    proptest!(config, |(users in users(), queries in prop::collection::vec((texts(), statuses(), 1..5_usize), 1..6))| {
        runtime.block_on(async {
            let fresh_fixture = fixture.take().unwrap().with_fresh_table().with(&users).await;
            for (text, status, limit) in queries {
                let Ok(parsed) = SearchText::parse(&text) else { continue };
                let query = UserQuery::new(Some(parsed), status, vec![]);
                let expected = users.iter().filter(|user| status.statuses().contains(&user.managed.status) && matches_naively(user, &text));
                let expected = expected.map(|user| user.user_id).collect::<BTreeSet<_>>();
                for order in [Order::Cheapest, Order::ByName] {
                    let found = all_pages(&fresh_fixture, &query, order, limit).await;
                    prop_assert_eq!(found.len(), expected.len(), "{:?} {:?} {}", text, status, limit);
                    prop_assert_eq!(ids(&found), expected.clone());
                }
            }
            fixture.replace(Some(fresh_fixture));
            Ok(())
        })?;
    });
}

#[test]
fn rule_8_without_a_text_everybody_comes_in_order_of_name_whatever_the_page_size() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let status = |i: usize| Status::ALL[i % 3];
        let names = ["Zoë", "adam", "Ádám", "Bo", "bo", "Bo Derek", "李", "Ёлка", "anna", "Anna B", "Bo"];
        let users = names.iter().enumerate().map(|(i, name)| user_named(i, name, None, status(i))).collect::<Vec<_>>();
        let fixture = Fixture::new().await.with(&users).await;
        for filter in [StatusFilter::All, StatusFilter::Only(Status::Active), StatusFilter::Only(Status::Deleted)] {
            let query = UserQuery::new(None, filter, vec![]);
            let mut expected =
                users.iter().filter(|user| filter.statuses().contains(&user.managed.status)).collect::<Vec<_>>();
            expected.sort_by_key(|user| store::schema::keys::by_name(user));
            let expected = expected.iter().map(|user| user.user_id).collect::<Vec<_>>();
            for limit in [1, 2, 3, 100] {
                let found = all_pages(&fixture, &query, Order::Cheapest, limit).await;
                assert_eq!(found.iter().map(|user| user.user_id).collect::<Vec<_>>(), expected, "{filter:?} {limit}");
            }
        }
    });
}

#[tokio::test]
async fn rule_9_filters_are_combined_with_and() {
    let of =
        |number, name: &str, role| user_named(number, name, None, Status::Active).with(|user| user.managed.role = role);
    let users =
        [of(1, "Ann Lee", Role::Agent), of(2, "Ann Bell", Role::Supervisor), of(3, "Bea Lee", Role::Supervisor)];
    let fixture = Fixture::new().await.with(&users).await;
    for (text, role, expected) in [
        (Some("ann"), Some(Role::Supervisor), vec!["Ann Bell"]),
        (None, Some(Role::Supervisor), vec!["Ann Bell", "Bea Lee"]),
        (Some("lee"), None, vec!["Ann Lee", "Bea Lee"]),
    ] {
        let text = text.map(|text| SearchText::parse(text).unwrap());
        let query = UserQuery::new(text, StatusFilter::default(), role.map(Criterion::Role).into_iter().collect());
        let mut found = all_pages(&fixture, &query, Order::Cheapest, 1).await;
        found.sort_by_key(store::schema::keys::by_name);
        assert_eq!(found.iter().map(User::name).collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn rule_8_a_cursor_that_was_tampered_with_is_refused() {
    let fixture = Fixture::new().await.with(&[user_named(1, "Ada Lovelace", None, Status::Active)]).await;
    let place = "x\u{1f}00000000-0000-4000-8000-000000000001";
    let (word, role) = (Some(AccessPath::Word(0)), Some(AccessPath::Criterion(0)));
    for (text, path, after) in
        [(Some("lovelace"), word, place), (None, None, "ada"), (None, word, place), (Some("lovelace"), role, place)]
    {
        let text = text.map(|text| SearchText::parse(text).unwrap());
        let query = UserQuery::new(text, StatusFilter::default(), vec![]);
        let cursor = Cursor::new(&query_fingerprint(&query), path, after.to_owned());
        let refused = fixture.directory.find_users(&query, Order::Cheapest, Some(cursor), 5).await;
        assert!(matches!(refused, Err(store::StoreError::InvalidCursor)), "{query:?} {path:?} {refused:?}");
    }
}

#[tokio::test]
async fn rule_28_the_index_follows_a_new_name_and_status_also_when_its_events_come_twice_and_late() {
    let ada = user_named(1, "Ada Lovelace", Some("ada@example.com"), Status::Active);
    let fixture = Fixture::new().await.with(std::slice::from_ref(&ada)).await;
    let first = fixture.directory.user(ada.user_id).await.unwrap().unwrap();
    let renamed = first.with(|user| user.idp.full_name = Some("Ada King".into()));
    let renamed = fixture.directory.commit_user(edit(Some(&first), renamed)).await.unwrap();
    let deactivated = renamed.with(|user| user.managed.status = Status::Deactivated);
    let deactivated = fixture.directory.commit_user(edit(Some(&renamed), deactivated)).await.unwrap();
    for (now, old) in
        [(&deactivated, Some(&renamed)), (&renamed, Some(&first)), (&first, None), (&renamed, Some(&first))]
    {
        fixture.directory.index_user(now, old).await.unwrap();
    }
    for (text, status, count) in
        [("lovelace", StatusFilter::All, 0), ("king", StatusFilter::default(), 0), ("king", StatusFilter::All, 1)]
    {
        let query = UserQuery::new(Some(SearchText::parse(text).unwrap()), status, vec![]);
        assert_eq!(all_pages(&fixture, &query, Order::Cheapest, 5).await.len(), count, "{text} {status:?}");
    }
}

#[tokio::test]
async fn rule_6_a_name_of_two_han_characters_is_found_and_leaves_no_entry_when_it_changes_or_is_deleted() {
    let li = user_named(1, "李明", Some("li@example.com"), Status::Active);
    let others = [user_named(2, "王李明", None, Status::Active), user_named(3, "明李", None, Status::Active)];
    let fixture = Fixture::new().await.with(&[li.clone(), others[0].clone(), others[1].clone()]).await;
    let found = async |text: &str, status| {
        let query = UserQuery::new(Some(SearchText::parse(text).unwrap()), status, vec![]);
        all_pages(&fixture, &query, Order::Cheapest, 1).await.len()
    };
    assert_eq!(
        (found("李明", StatusFilter::All).await, found("\u{202B}李明\u{200E}", StatusFilter::All).await),
        (2, 2)
    );
    let first = fixture.directory.user(li.user_id).await.unwrap().unwrap();
    let renamed = first.with(|user| user.idp.full_name = Some("李华".into()));
    let renamed = fixture.directory.commit_user(edit(Some(&first), renamed)).await.unwrap();
    fixture.directory.index_user(&renamed, Some(&first)).await.unwrap();
    assert_eq!((found("李明", StatusFilter::All).await, found("李华", StatusFilter::All).await), (1, 1));
    let deleted = renamed.with(|user| user.managed.status = Status::Deleted);
    let deleted = fixture.directory.commit_user(edit(Some(&renamed), deleted)).await.unwrap();
    fixture.directory.index_user(&deleted, Some(&renamed)).await.unwrap();
    assert_eq!(found("李华", StatusFilter::default()).await, 0);
    assert_eq!(found("李华", StatusFilter::Only(Status::Deleted)).await, 1);
    let indexed = crate::index::indexed_entries(&fixture).await;
    let of_li = indexed.into_iter().filter(|(key, _)| key.sk.ends_with(&li.user_id.to_string())).collect();
    assert_eq!(store::search::index::entries(&deleted).unwrap(), of_li);
}

#[tokio::test]
async fn somebody_whose_entries_are_out_of_date_is_not_shown_for_what_they_were() {
    let ada = user_named(1, "Ada Lovelace", None, Status::Active);
    let fixture = Fixture::new().await.with(std::slice::from_ref(&ada)).await;
    let first = fixture.directory.user(ada.user_id).await.unwrap().unwrap();
    let renamed = first.with(|user| user.idp.full_name = Some("Grace Hopper".into()));
    fixture.directory.commit_user(edit(Some(&first), renamed)).await.unwrap();
    let text = Some(SearchText::parse("lovelace").unwrap());
    let query = UserQuery::new(text, StatusFilter::default(), vec![]);
    assert_eq!(all_pages(&fixture, &query, Order::Cheapest, 5).await, []);
}
