use super::*;
use crate::test_support;

#[test]
fn rule_22_identities_that_differ_only_in_case_are_equal() {
    let [upper, lower] = ["Ada@Example.com", "ada@example.COM"].map(|text| Identity::reported(text).unwrap());
    assert_eq!(upper, lower);
    assert_eq!(upper.lookup_key(), lower.lookup_key());
    assert_eq!([upper].into_iter().collect::<std::collections::HashSet<_>>().len(), 1);
    assert_eq!(Identity::reported(""), None);
}

#[test]
fn rule_22_other_identities_are_other_users_and_are_ordered_without_regard_to_case() {
    let hash = |text: &str| {
        let mut hasher = std::hash::DefaultHasher::new();
        Identity::reported(text).unwrap().hash(&mut hasher);
        hasher.finish()
    };
    assert_ne!(Identity::reported("ada"), Identity::reported("bob"));
    assert_eq!(hash("ADA"), hash("ada"));
    assert_ne!(hash("ada"), hash("bob"));
    let mut identities = ["bob", "Carl", "Ada"].map(|text| Identity::reported(text).unwrap());
    assert!(identities[0] < identities[1] && identities[0] > identities[2]);
    identities.sort();
    assert_eq!(identities.map(|identity| identity.to_string()), ["Ada", "bob", "Carl"]);
}

#[test]
fn an_identity_has_no_spaces_at_its_ends() {
    for wrong in [" ada", "ada ", "", "a\tb", &"x".repeat(65)] {
        assert_eq!(Identity::parse(wrong).unwrap_err().code(), "invalid-identity", "{wrong:?}");
    }
    assert!(Identity::parse("Ada Lovelace").is_ok());
}

#[test]
fn what_is_no_email_address_is_refused() {
    for wrong in ["ada", "@x", "a@", "a@b@c", "a b@c"] {
        assert_eq!(EmailAddress::parse(wrong).unwrap_err().code(), "invalid-email", "{wrong}");
    }
}

/// What shows nothing, alone and inside a name.
const UNSEEN: [&str; 12] = [
    "\u{202E}",
    "\u{AD}",
    "\u{200D}",
    "\u{2060}",
    "\u{FE0F}",
    "\u{3164}",
    "\u{1}",
    "\u{7F}",
    "\u{2028}",
    "\u{E0041}",
    "\u{34F}",
    "\u{FEFF}",
];

#[test]
fn rule_33_no_name_that_comes_through_the_api_holds_or_is_what_shows_nothing() {
    for unseen in UNSEEN {
        for text in [unseen.to_owned(), format!("Sup{unseen}port"), format!("a{unseen}@b.example")] {
            assert_eq!(TeamName::parse(&text).unwrap_err().code(), "invalid-team-name", "{text:?}");
            assert_eq!(SkillSetName::parse(&text).unwrap_err().code(), "invalid-skill-set-name", "{text:?}");
            assert_eq!(PresetName::parse(&text).unwrap_err().code(), "invalid-preset-name", "{text:?}");
            assert_eq!(Identity::parse(&text).unwrap_err().code(), "invalid-identity", "{text:?}");
            assert_eq!(EmailAddress::parse(&text).unwrap_err().code(), "invalid-email", "{text:?}");
            assert_eq!(plain_name(&text, 128), None, "{text:?}");
        }
    }
    for blank in ["\u{2800}", "\u{A0}", "\u{3000} ", "\u{301}", "\u{1D159}"] {
        assert!(TeamName::parse(blank).is_err() && SkillSetName::parse(blank).is_err(), "{blank:?}");
        assert!(Identity::parse(blank).is_err() && plain_name(blank, 128).is_none(), "{blank:?}");
    }
    assert!(EmailAddress::parse("\u{2800}@\u{2800}").is_err());
}

#[test]
fn rule_33_a_refusal_names_the_character_that_shows_nothing() {
    let refusal = |text: &str| TeamName::parse(text).unwrap_err().to_string();
    assert!(refusal("👩\u{200D}🚀").contains("U+200D"), "{}", refusal("👩\u{200D}🚀"));
    assert!(refusal("\u{2800}").contains("Nothing in it can be seen"), "{}", refusal("\u{2800}"));
    assert!(!refusal(&"x".repeat(65)).contains("U+"));
    for refusal in [
        SkillSetName::parse("a\u{AD}").unwrap_err(),
        PresetName::parse("a\u{AD}").unwrap_err(),
        Identity::parse("a\u{AD}").unwrap_err(),
        EmailAddress::parse("a\u{AD}@b").unwrap_err(),
        crate::SkillName::new("a\u{AD}").unwrap_err(),
        Refusal::UserName("a\u{AD}".into()),
    ] {
        assert!(refusal.to_string().contains("U+00AD"), "{refusal}");
    }
}

#[test]
fn rule_33_names_that_differ_only_in_case_width_or_invisible_characters_have_one_key() {
    let team = |text: &str| test_support::stored::<TeamName>(text).order_key();
    let set = |text: &str| test_support::stored::<SkillSetName>(text).order_key();
    let preset = |text: &str| test_support::stored::<PresetName>(text).order_key();
    let keys = |text: &str| (team(text), set(text), preset(text));
    for (one, other) in [("Zed", "zed"), ("Ｚｅｄ", "Zed"), ("Support", "Sup\u{AD}port"), ("A B", "a\u{2800}b")] {
        assert_eq!(keys(one), keys(other), "{one:?} {other:?}");
    }
    for (one, other) in [("Zoë", "Zoe"), ("Łódź", "Lodz"), ("Ａ²", "A2"), ("O’N", "O'N")] {
        let (one, other) = (keys(one), keys(other));
        assert!(one.0 != other.0 && one.1 != other.1 && one.2 != other.2, "{one:?} {other:?}");
    }
}

#[test]
fn rule_8_names_are_in_the_order_of_their_folded_forms() {
    let mut names = ["Zoë B", "zoe a", "Łódź", "Lima", "Zoe", "Mali"].map(test_support::stored::<TeamName>);
    names.sort_by_key(TeamName::order_key);
    assert_eq!(names.map(|name| name.to_string()), ["Lima", "Łódź", "Mali", "Zoe", "zoe a", "Zoë B"]);
}

#[test]
fn rule_22_addresses_are_equal_without_regard_to_case_and_surrounding_blanks() {
    let same = |a: &str, b: &str| EmailAddress::reported(a).is_equivalent(&EmailAddress::reported(b));
    for (one, other) in [
        ("Zoe@Example.com", "zoe@example.COM"),
        (" zoe@example.com\u{A0}", "zoe@example.com"),
        ("zo\u{200B}e@example.com", "zoe@example.com"),
        ("zoë@example.com", "ZOE\u{308}@example.com"),
    ] {
        assert!(same(one, other), "{one:?} {other:?}");
    }
    for (one, other) in [("zoë@x", "zoe@x"), ("lukasz@x", "łukasz@x"), ("strasse@x", "straße@x"), ("ａ@x", "a@x")] {
        assert!(!same(one, other), "{one:?} {other:?}");
    }
}

#[test]
fn a_teams_name_is_something_that_can_be_read() {
    assert_eq!(TeamName::parse("  Sales (US) ").unwrap().as_str(), "Sales (US)");
    for wrong in ["", "  ", "a\nb", &"x".repeat(65), &"\u{fdfa}".repeat(31)] {
        assert_eq!(TeamName::parse(wrong).unwrap_err().code(), "invalid-team-name", "{wrong:?}");
    }
}

#[test]
fn a_presets_name_is_something_that_can_be_read_and_kept_as_a_key() {
    assert_eq!(PresetName::parse("  Newcomers (US) ").unwrap().as_str(), "Newcomers (US)");
    assert!(PresetName::parse(&"x".repeat(64)).is_ok());
    for wrong in ["", "  ", "a\nb", &"x".repeat(65), &"\u{fdfa}".repeat(31)] {
        assert_eq!(PresetName::parse(wrong).unwrap_err().code(), "invalid-preset-name", "{wrong:?}");
    }
}

#[test]
fn a_skill_sets_name_can_stand_in_an_address() {
    assert_eq!(SkillSetName::parse(" Языки ").unwrap().as_str(), "Языки");
    for wrong in ["", ".", "..", "a/b", "a\tb", &"x".repeat(65)] {
        assert_eq!(SkillSetName::parse(wrong).unwrap_err().code(), "invalid-skill-set-name", "{wrong:?}");
    }
    assert_eq!(SkillSetName::existing(" Languages").unwrap_err().code(), "unknown-skill-set");
}
