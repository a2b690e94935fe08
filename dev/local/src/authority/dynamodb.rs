//! Which accesses a request to `DynamoDB` comes to.
//!
//! Each write of a transaction is an access of its own, with the action of the single write; a batch is one with all its
//! keys. What is not known here, such as `PartiQL`, is an action on the table or on nothing, without keys: no policy of a
//! function allows that.

use serde_json::{Map, Value};

use super::Access;
use crate::names::arn;
use crate::template::Table;

/// The header that names the operation: `DynamoDB_20120810.GetItem`.
pub(super) const TARGET: &str = "x-amz-target";

pub(super) fn accesses(target: &str, body: &[u8], tables: &[Table]) -> Vec<Access> {
    let operation = target.rsplit('.').next().unwrap_or(target);
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let request = Request { tables, body: &body };
    match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => vec![request.item(operation, &body, "Key")],
        "PutItem" => vec![request.item(operation, &body, "Item")],
        "Query" => vec![request.query()],
        "BatchGetItem" => request.batch(operation, |requests| list(&requests["Keys"]).iter().collect()),
        "BatchWriteItem" => request.batch(operation, |requests| list(requests).iter().map(written_item).collect()),
        "TransactGetItems" => {
            let gets = list(&body["TransactItems"]).iter().map(|item| &item["Get"]);
            gets.map(|get| request.item("GetItem", get, "Key")).collect()
        }
        "TransactWriteItems" => list(&body["TransactItems"]).iter().map(|item| request.transacted(item)).collect(),
        other => vec![access(other, &body, Vec::new())],
    }
}

struct Request<'a> {
    tables: &'a [Table],
    body: &'a Value,
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn written_item(request: &Value) -> &Value {
    request.pointer("/PutRequest/Item").unwrap_or(&request["DeleteRequest"]["Key"])
}

/// An access to the table that this part of the request names.
fn access(operation: &str, of: &Value, leading_keys: Vec<String>) -> Access {
    let resource = of["TableName"].as_str().map_or_else(|| "*".to_owned(), table_arn);
    Access { action: format!("dynamodb:{operation}"), resource, leading_keys }
}

impl Request<'_> {
    /// An access to one item, the key of which stands in this attribute of the request.
    fn item(&self, operation: &str, of: &Value, attribute: &str) -> Access {
        let table = of["TableName"].as_str().unwrap_or_default();
        let key = self.hash_key(table, None).and_then(|name| leading_key(&of[attribute][name]));
        access(operation, of, key.into_iter().collect())
    }

    fn transacted(&self, item: &Value) -> Access {
        let writes = [("Put", "PutItem", "Item"), ("Update", "UpdateItem", "Key"), ("Delete", "DeleteItem", "Key")];
        let mut kinds = writes.into_iter().chain([("ConditionCheck", "ConditionCheckItem", "Key")]);
        match kinds.find(|(kind, ..)| item.get(kind).is_some()) {
            Some((kind, operation, attribute)) => self.item(operation, &item[kind], attribute),
            None => access("TransactWriteItems", item, Vec::new()),
        }
    }

    /// An access to each table of a batch. An item without a key denies the whole batch, by having none.
    fn batch<'b>(&'b self, operation: &str, items: impl Fn(&'b Value) -> Vec<&'b Value>) -> Vec<Access> {
        let tables: Vec<(&String, &Value)> = self.body["RequestItems"].as_object().into_iter().flatten().collect();
        let of_table = |(table, requests): (&String, &'b Value)| {
            let name = self.hash_key(table, None).unwrap_or_default();
            let keys = items(requests).into_iter().map(|item| leading_key(&item[name]));
            Access {
                action: format!("dynamodb:{operation}"),
                resource: table_arn(table),
                leading_keys: keys.collect::<Option<_>>().unwrap_or_default(),
            }
        };
        tables.into_iter().map(of_table).collect()
    }

    fn query(&self) -> Access {
        let table = self.body["TableName"].as_str().unwrap_or_default();
        let index = self.body["IndexName"].as_str();
        let key = self.hash_key(table, index).and_then(|name| self.queried_key(name));
        let access = access("Query", self.body, key.into_iter().collect());
        match index {
            Some(index) => Access { resource: format!("{}/index/{index}", access.resource), ..access },
            None => access,
        }
    }

    /// The value to which the key condition sets this attribute.
    fn queried_key(&self, attribute: &str) -> Option<String> {
        let names: Option<&Map<String, Value>> = self.body["ExpressionAttributeNames"].as_object();
        let is_attribute = |text: &str| {
            text == attribute || names.and_then(|names| names.get(text)).is_some_and(|name| name == attribute)
        };
        let condition = self.body["KeyConditionExpression"].as_str()?;
        // Parentheses only group; an `AND` of `BETWEEN` splits what is no equation anyway.
        let condition = condition.replace(['(', ')'], " ");
        let words = condition.split_whitespace().collect::<Vec<_>>();
        let value = words.split(|word| word.eq_ignore_ascii_case("AND")).find_map(|part| {
            let part = part.concat();
            let (left, right) = part.split_once('=')?;
            is_attribute(left).then(|| right.to_owned())
        });
        leading_key(&self.body["ExpressionAttributeValues"][value?])
    }

    /// The name of the partition key of a table or an index.
    fn hash_key(&self, table: &str, index: Option<&str>) -> Option<&str> {
        let table = self.tables.iter().find(|known| known.name == name_of(table))?;
        let Some(index) = index else { return Some(&table.partition_key) };
        let indexes = list(&table.properties["GlobalSecondaryIndexes"]);
        let index = indexes.iter().find(|known| known["IndexName"] == index)?;
        let keys = list(&index["KeySchema"]);
        keys.iter().find(|key| key["KeyType"] == "HASH")?["AttributeName"].as_str()
    }
}

/// A table may be named by its ARN.
fn name_of(table: &str) -> &str {
    table.rsplit_once(":table/").map_or(table, |(_, name)| name)
}

fn table_arn(table: &str) -> String {
    arn("dynamodb", &format!("table/{}", name_of(table)))
}

/// The text of `{"S": "USER#1"}`, or the number or bytes as they are written.
fn leading_key(value: &Value) -> Option<String> {
    value.as_object()?.values().next()?.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn asked(operation: &str, body: &Value) -> Vec<String> {
        let table = Table {
            id: "Directory".into(),
            name: "t".into(),
            partition_key: "pk".into(),
            stream_arn: String::new(),
            properties: json!({"GlobalSecondaryIndexes": [{"IndexName": "by_status", "KeySchema": [
                {"AttributeName": "by_status_pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}]}),
        };
        let target = format!("DynamoDB_20120810.{operation}");
        let accesses = accesses(&target, body.to_string().as_bytes(), &[table]);
        let shown = |access: Access| {
            let resource = access.resource.rsplit(':').next().unwrap().to_owned();
            format!("{} {resource} {}", access.action.replace("dynamodb:", ""), access.leading_keys.join(","))
        };
        accesses.into_iter().map(shown).collect()
    }

    fn key(pk: &str) -> Value {
        json!({"pk": {"S": pk}, "sk": {"S": "x"}})
    }

    #[test]
    fn a_single_item_is_one_access_with_its_key() {
        assert_eq!(asked("GetItem", &json!({"TableName": "t", "Key": key("USER#1")})), ["GetItem table/t USER#1"]);
        assert_eq!(asked("PutItem", &json!({"TableName": "t", "Item": key("USER#1")})), ["PutItem table/t USER#1"]);
        let by_arn = json!({"TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/t", "Key": key("USER#1")});
        assert_eq!(asked("DeleteItem", &by_arn), ["DeleteItem table/t USER#1"]);
    }

    #[test]
    fn each_write_of_a_transaction_has_the_action_of_the_single_write() {
        let write = |kind: &str, attribute: &str, pk: &str| json!({kind: {"TableName": "t", attribute: key(pk)}});
        let items = [
            write("Put", "Item", "USER#1"),
            write("Update", "Key", "OWNERS"),
            write("Delete", "Key", "HAS#a"),
            write("ConditionCheck", "Key", "SKILLS"),
            json!({"Something": {}}),
        ];
        let expected = [
            "PutItem table/t USER#1",
            "UpdateItem table/t OWNERS",
            "DeleteItem table/t HAS#a",
            "ConditionCheckItem table/t SKILLS",
            "TransactWriteItems * ",
        ];
        assert_eq!(asked("TransactWriteItems", &json!({"TransactItems": items})), expected);
        let get = json!({"TransactItems": [{"Get": {"TableName": "t", "Key": key("USER#1")}}]});
        assert_eq!(asked("TransactGetItems", &get), ["GetItem table/t USER#1"]);
    }

    #[test]
    fn a_batch_has_all_its_keys_or_none() {
        let get = json!({"RequestItems": {"t": {"Keys": [key("USER#1"), key("TEAM#1")]}}});
        assert_eq!(asked("BatchGetItem", &get), ["BatchGetItem table/t USER#1,TEAM#1"]);
        let writes = json!([{"PutRequest": {"Item": key("FIND#a")}}, {"DeleteRequest": {"Key": key("LIST#a")}}]);
        assert_eq!(
            asked("BatchWriteItem", &json!({"RequestItems": {"t": writes}})),
            ["BatchWriteItem table/t FIND#a,LIST#a"]
        );
        let without = json!({"RequestItems": {"t": {"Keys": [key("USER#1"), {"sk": {"S": "x"}}]}}});
        assert_eq!(asked("BatchGetItem", &without), ["BatchGetItem table/t "]);
    }

    #[test]
    fn a_query_has_the_key_that_its_condition_names_whatever_stands_around_it() {
        for condition in [
            "pk = :pk",
            "pk=:pk",
            "begins_with(sk, :prefix) AND pk = :pk",
            "(#p = :pk) and (sk BETWEEN :a AND :b)",
            "sk = :prefix AND #p=:pk",
        ] {
            let query = json!({
                "TableName": "t", "KeyConditionExpression": condition, "ExpressionAttributeNames": {"#p": "pk"},
                "ExpressionAttributeValues": {":pk": {"S": "TEAM#1"}, ":prefix": {"S": "M"}},
            });
            assert_eq!(asked("Query", &query), ["Query table/t TEAM#1"], "{condition}");
        }
    }

    #[test]
    fn a_query_of_an_index_has_the_key_of_the_index() {
        let query = json!({
            "TableName": "t", "IndexName": "by_status", "KeyConditionExpression": "by_status_pk = :pk AND pk = :other",
            "ExpressionAttributeValues": {":pk": {"S": "STATUS#active"}, ":other": {"S": "USER#1"}},
        });
        assert_eq!(asked("Query", &query), ["Query table/t/index/by_status STATUS#active"]);
    }

    #[test]
    fn what_names_no_key_has_none() {
        assert_eq!(asked("Scan", &json!({"TableName": "t"})), ["Scan table/t "]);
        assert_eq!(asked("ExecuteStatement", &json!({"Statement": "SELECT * FROM t"})), ["ExecuteStatement * "]);
        assert_eq!(
            asked("GetItem", &json!({"TableName": "unknown", "Key": key("USER#1")})),
            ["GetItem table/unknown "]
        );
        let legacy = json!({"TableName": "t", "KeyConditions": {"pk": {"AttributeValueList": [{"S": "USER#1"}]}}});
        assert_eq!(asked("Query", &legacy), ["Query table/t "]);
    }
}
