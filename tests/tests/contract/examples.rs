use serde_json::Value;
use tests::contract::{Contract, entries};

/// Hands on each example with the schema that it stands for, and the place where it stands.
fn each_example(contract: &Contract, at: &str, node: &Value, found: &mut impl FnMut(&str, &Value, &Value)) {
    if let Some(schema) = node.get("schema") {
        for (name, example) in entries(&node["examples"]) {
            found(&format!("{at}/{name}"), schema, &contract.resolve(example)["value"]);
        }
        if let Some(example) = node.get("example") {
            found(at, schema, example);
        }
    } else if let (Some(example), true) = (node.get("example"), node.get("type").is_some()) {
        found(at, node, example);
    }
    for (key, inner) in entries(node).filter(|(key, _)| !["example", "examples"].contains(key)) {
        each_example(contract, &format!("{at}/{key}"), inner, found);
    }
    for (i, inner) in node.as_array().into_iter().flatten().enumerate() {
        each_example(contract, &format!("{at}/{i}"), inner, found);
    }
}

#[test]
fn every_example_is_as_its_schema_says() {
    let contract = Contract::read();
    let (mut seen, mut wrong) = (0, Vec::new());
    each_example(&contract, "", contract.document(), &mut |at, schema, example| {
        seen += 1;
        if let Err(reason) = contract.check(schema, example) {
            wrong.push(format!("{at}: {reason}"));
        }
    });
    assert!(wrong.is_empty() && seen > 50, "of {seen} examples:\n{}", wrong.join("\n"));
}

#[test]
fn every_json_body_and_every_json_answer_has_an_example() {
    let contract = Contract::read();
    for operation in contract.operations() {
        let body = operation.says.pointer("/requestBody/content/application~1json");
        let answers = operation.responses().filter(|(status, _)| status.starts_with('2'));
        let answers = answers.filter_map(|(_, response)| response.pointer("/content/application~1json"));
        for content in body.into_iter().chain(answers) {
            assert!(entries(&content["examples"]).next().is_some(), "{} has no example", operation.route());
        }
    }
}
