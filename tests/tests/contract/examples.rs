use serde_json::Value;
use tests::contract::{Contract, entries};

/// Calls `visit` with the location, the schema and the value of each example.
fn visit_examples(contract: &Contract, at: &str, node: &Value, visit: &mut impl FnMut(&str, &Value, &Value)) {
    if let Some(schema) = node.get("schema") {
        for (name, example) in entries(&node["examples"]) {
            visit(&format!("{at}/{name}"), schema, &contract.resolve(example)["value"]);
        }
        if let Some(example) = node.get("example") {
            visit(at, schema, example);
        }
    } else if let (Some(example), true) = (node.get("example"), node.get("type").is_some()) {
        visit(at, node, example);
    }
    for (key, inner) in entries(node).filter(|(key, _)| !["example", "examples"].contains(key)) {
        visit_examples(contract, &format!("{at}/{key}"), inner, visit);
    }
    for (i, inner) in node.as_array().into_iter().flatten().enumerate() {
        visit_examples(contract, &format!("{at}/{i}"), inner, visit);
    }
}

#[test]
fn every_example_is_as_its_schema_says() {
    let contract = Contract::read();
    let (mut count, mut wrong) = (0, Vec::new());
    visit_examples(&contract, "", contract.document(), &mut |at, schema, example| {
        count += 1;
        if let Err(reason) = contract.check(schema, example) {
            wrong.push(format!("{at}: {reason}"));
        }
    });
    assert!(wrong.is_empty() && count > 50, "of {count} examples:\n{}", wrong.join("\n"));
}

#[test]
fn every_json_body_and_every_json_answer_has_an_example() {
    let contract = Contract::read();
    for operation in contract.operations() {
        let body = operation.definition.pointer("/requestBody/content/application~1json");
        let answers = operation.responses().filter(|(status, _)| status.starts_with('2'));
        let answers = answers.filter_map(|(_, response)| response.pointer("/content/application~1json"));
        for content in body.into_iter().chain(answers) {
            assert!(entries(&content["examples"]).next().is_some(), "{} has no example", operation.route());
        }
    }
}
