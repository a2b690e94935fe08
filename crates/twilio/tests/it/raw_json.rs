//! JSON taken apart into pieces of its text.

use proptest::prelude::*;
use serde_json::Value;
use twilio::raw_json::Raw;

/// A JSON text of any shape, with what parsers stumble over where `odd`.
fn json(odd: bool) -> impl Strategy<Value = String> {
    let plain =
        prop::sample::select(vec!["null", "true", "-1.5e3", "80", "\"\"", "[]", "{}", "\"\\u00e9\\n\\\"\"", "\"é\""]);
    let strange = prop::sample::select(vec!["1e999", "123456789012345678901234567890", "\"\\ud800\"", "\"a\\udfffb\""]);
    let leaf = if odd { prop_oneof![plain, strange].boxed() } else { plain.boxed() };
    let keys = if odd { vec!["a", "b", "\\u0061", "\\ud800"] } else { vec!["a", "b", "\\u0061"] };
    let (key, space) = (prop::sample::select(keys), prop::sample::select(vec!["", " ", "\n\t"]));
    leaf.prop_map(str::to_owned).prop_recursive(4, 40, 5, move |inner| {
        let field = (key.clone(), space.clone(), inner.clone())
            .prop_map(|(key, s, value)| format!("{s}\"{key}\"{s}:{s}{value}{s}"));
        prop_oneof![
            prop::collection::vec(field, 0..5).prop_map(|fields| format!("{{{}}}", fields.join(","))),
            (prop::collection::vec(inner, 0..5), space.clone())
                .prop_map(|(items, s)| format!("[{}]", items.join(&format!("{s},{s}")))),
        ]
    })
}

/// Copies a JSON text from its pieces: what stands between them, and each piece taken apart in turn.
fn copied(raw: Raw<'_>) -> String {
    let fields = raw.object().map(|object| object.fields().iter().flat_map(|field| [field.key, field.value]).collect());
    let Some(pieces) = fields.or_else(|| raw.array()).filter(|pieces: &Vec<_>| !pieces.is_empty()) else {
        return raw.get().to_owned();
    };
    let (mut copy, mut end) = (String::new(), 0);
    for piece in pieces {
        let span = piece.span_in(raw.get()).unwrap();
        copy += &raw.get()[end..span.start];
        copy += &copied(piece);
        end = span.end;
    }
    copy + &raw.get()[end..]
}

/// The value that the pieces say.
fn value(raw: Raw<'_>) -> Value {
    if let Some(object) = raw.object() {
        let fields = object.fields().iter().map(|field| (field.key.text().unwrap().lossy(), value(field.value)));
        return Value::Object(fields.collect());
    }
    match (raw.array(), raw.text()) {
        (Some(items), _) => items.into_iter().map(value).collect(),
        (_, Some(text)) => Value::String(text.exact().unwrap().to_owned()),
        _ => serde_json::from_str(raw.get()).unwrap(),
    }
}

proptest! {
    #[test]
    fn rule_34_the_pieces_of_any_json_text_make_up_that_text(json in json(true)) {
        prop_assert_eq!(copied(Raw::parse(&json).unwrap()), json);
    }

    #[test]
    fn the_pieces_say_what_a_parser_says(json in json(false)) {
        prop_assert_eq!(value(Raw::parse(&json).unwrap()), serde_json::from_str::<Value>(&json).unwrap());
    }

    #[test]
    fn what_a_parser_takes_for_json_is_json_and_nothing_else_is(text in "[\\[\\]{}\",:0-9a-z\\\\ \n.+-]{0,12}") {
        prop_assert_eq!(Raw::parse(&text).is_some(), serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
    }
}

#[test]
fn rule_34_half_a_surrogate_pair_is_replaced_or_kept_as_an_escape() {
    let text = Raw::parse(r#""a\ud800b\udfff\ud83d\ude00é""#).unwrap().text().unwrap();
    assert_eq!(text.exact(), None);
    assert_eq!(text.lossy(), "a\u{fffd}b\u{fffd}😀é");
    assert_eq!(text.json_escaped(), "a\\ud800b\\udfff😀é");
}

#[test]
fn of_a_key_that_stands_there_twice_the_last_one_counts_however_it_is_escaped() {
    let object = Raw::parse(r#"{"a": 1, "\u0061": 2, "b": 3, "\ud800": 4}"#).unwrap().object().unwrap();
    assert_eq!(object.get("a").map(Raw::get), Some("2"));
    assert_eq!((object.get("c"), object.fields().len()), (None, 4));
}

#[test]
fn deep_nesting_and_a_byte_order_mark_stop_nothing() {
    let json = format!("\u{feff} {{\"deep\": {}{}, \"after\": true}}", "[".repeat(100_000), "]".repeat(100_000));
    let object = Raw::parse(&json).unwrap().object().unwrap();
    assert_eq!(object.get("after").and_then(Raw::bool), Some(true));
    assert_eq!(object.get("deep").unwrap().span_in("another text"), None);
}

#[test]
fn what_is_not_json_is_none() {
    for wrong in ["", "{", "{\"a\":}", "[1,]", "nul", "NaN", "\"\\x\"", "1 2", "'a'"] {
        assert_eq!(Raw::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn rule_32_printing_a_piece_shows_nothing_of_it() {
    let object = Raw::parse(r#"{"name": "Ada"}"#).unwrap().object().unwrap();
    let printed = format!("{object:?} {:?}", object.get("name").unwrap().text());
    assert!(!printed.contains("Ada") && !printed.contains("name"), "{printed}");
}
