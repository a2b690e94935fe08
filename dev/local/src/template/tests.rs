#![allow(clippy::unwrap_used)]

use super::*;

const SMALL: &str = r"
Parameters:
  Level: { Type: String, Default: info }
Globals:
  Function:
    Timeout: 10
    Environment: { Variables: { TABLE_NAME: !Ref Directory, LOG_LEVEL: !Ref Level } }
Resources:
  Directory:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {}
  Search:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ../target/lambda/search
      Timeout: 5
      Environment: { Variables: { LOG_LEVEL: debug, LIMIT: 25 } }
      Events:
        List: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: /users } }
";

fn small() -> Result<System, TemplateError> {
    parse(SMALL, &Values::default())
}

fn error_of(replace: &str, with: &str) -> String {
    assert!(SMALL.contains(replace), "{replace} is not in the template");
    let text = SMALL.replace(replace, with);
    parse(&text, &Values::default()).unwrap_err().to_string()
}

#[test]
fn a_function_has_the_globals_where_it_says_nothing_itself() {
    let system = small().unwrap();
    let search = &system.functions[0];
    let variables: Vec<_> = search.environment.iter().map(|(k, v)| format!("{k}={v}")).collect();

    assert_eq!(search.package, "search");
    assert_eq!(search.timeout.as_secs(), 5);
    assert_eq!(variables, ["LIMIT=25", "LOG_LEVEL=debug", "TABLE_NAME=flex-roster-Directory"]);
}

#[test]
fn a_route_leads_to_its_function() {
    let route = &small().unwrap().api.routes[0];

    assert_eq!(route.key(), "GET /users");
    assert_eq!(route.function, "Search");
    assert_eq!(route.authorizer, None);
}

#[test]
fn a_resource_of_an_unknown_type_is_named() {
    let error = error_of("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable");
    assert_eq!(error, "template: Directory: local does not understand a resource of type AWS::DynamoDB::GlobalTable");
}

#[test]
fn an_alarm_may_name_what_sam_makes_of_the_template() {
    let alarm =
        "Resources:\n  Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Threshold: !Ref SearchListMapping } }";
    let text = SMALL.replace("Resources:", alarm);
    assert_eq!(parse(&text, &Values::default()).unwrap().functions.len(), 1);
}

#[test]
fn a_property_that_is_not_understood_is_named() {
    let error = error_of("Timeout: 5", "Timeout: 5\n      VpcConfig: {}");
    assert!(error.starts_with("template: Search: unknown field `VpcConfig`"), "{error}");
}

#[test]
fn a_property_of_a_bucket_that_is_not_understood_is_named() {
    let error = error_of(
        "  Api:",
        "  Exports: { Type: AWS::S3::Bucket, Properties: { ReplicationConfiguration: {} } }\n  Api:",
    );
    assert_eq!(error, "template: Exports: local does not understand the property ReplicationConfiguration");
}

#[test]
fn a_bucket_has_the_rules_of_its_cors_and_what_is_not_understood_of_one_is_named() {
    let with = |rule: &str| {
        let cors = format!("CorsConfiguration: {{ CorsRules: [{{ {rule} }}] }}");
        SMALL.replace("  Api:", &format!("  Exports: {{ Type: AWS::S3::Bucket, Properties: {{ {cors} }} }}\n  Api:"))
    };
    let rule = "AllowedOrigins: [https://example.com], AllowedMethods: [PUT], MaxAge: 600";
    let system = parse(&with(rule), &Values::default()).unwrap();
    let expected = BucketCors {
        allowed_origins: vec!["https://example.com".to_owned()],
        allowed_methods: vec!["PUT".to_owned()],
        allowed_headers: Vec::new(),
        max_age: Some(600),
    };
    assert_eq!(system.buckets[0].cors, [expected]);
    let error = parse(&with(&format!("{rule}, Id: x")), &Values::default()).unwrap_err().to_string();
    assert!(error.contains("unknown field `Id`"), "{error}");
}

#[test]
fn there_is_a_resource_only_if_its_condition_holds() {
    let with = |value: &str| {
        let conditions = format!("Conditions: {{ HasCdn: !Equals [!Ref Level, {value}] }}\nResources:");
        let cdn = "  Cdn: { Type: AWS::CloudFront::Distribution, Condition: HasCdn }\n  Api:";
        SMALL.replace("Resources:", &conditions).replace("  Api:", cdn)
    };
    assert!(parse(&with("debug"), &Values::default()).is_ok());
    let error = parse(&with("info"), &Values::default()).unwrap_err().to_string();
    assert_eq!(error, "template: Cdn: local does not understand a resource of type AWS::CloudFront::Distribution");
}

#[test]
fn an_event_of_an_unknown_type_is_named() {
    let error = error_of("Type: HttpApi,", "Type: Kinesis,");
    assert!(error.starts_with("template: Search.Events.List:"), "{error}");
    assert!(error.contains("Kinesis"), "{error}");
}

#[test]
fn a_reference_to_a_missing_resource_is_named_even_in_globals() {
    let error = error_of("!Ref Directory", "!Ref Directry");
    assert!(error.contains("Globals.Function.Environment.Variables.TABLE_NAME"), "{error}");
}

#[test]
fn an_authorizer_of_a_missing_function_is_named() {
    let auth = "Properties: { Auth: { Authorizers: { Token: { FunctionArn: arn:aws:lambda:x, \
                AuthorizerPayloadFormatVersion: '2.0', EnableSimpleResponses: true, \
                Identity: { Headers: [Authorization] } } } } }";
    let error = error_of("Properties: {}", auth);
    assert_eq!(error, "template: Api.Auth.Authorizers.Token: arn:aws:lambda:x is not a function of the template");
}

#[test]
fn a_route_with_an_unknown_authorizer_is_named() {
    let error = error_of("Path: /users", "Path: /users, Auth: { Authorizer: Tokn }");
    assert!(error.contains("Search.Events.List: its authorizer Tokn"), "{error}");
}

#[test]
fn a_stream_of_no_table_is_named() {
    let stream = "{ Type: DynamoDB, Properties: { Stream: !GetAtt Search.Arn, StartingPosition: LATEST } }";
    let error = error_of("{ Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: /users } }", stream);
    assert!(error.contains("is not the stream of a table"), "{error}");
}

#[test]
fn an_unknown_parameter_is_refused() {
    let given = BTreeMap::from([("Lvl".to_owned(), "debug".to_owned())]);
    let values = Values { given, ..Values::default() };
    let error = parse(SMALL, &values).unwrap_err().to_string();
    assert_eq!(error, "template parameter Lvl: the template has no such parameter");
}

#[test]
fn the_template_that_is_deployed_can_be_run() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/template.yaml");
    let values =
        Values { here: crate::options::parameters("http://127.0.0.1:1", "http://127.0.0.1:2"), given: BTreeMap::new() };

    let system = read(Path::new(path), &values).unwrap();

    let webhook = system.functions.iter().find(|f| f.package == "webhook").unwrap();
    assert_eq!(webhook.environment["PUBLIC_URL"], "http://127.0.0.1:1");
    assert_eq!(webhook.reserved_concurrency, None, "0 reserves nothing");
    let given = BTreeMap::from([("WebhookConcurrency".to_owned(), "7".to_owned())]);
    let limited = read(Path::new(path), &Values { given, ..values.clone() }).unwrap();
    let webhook = limited.functions.iter().find(|f| f.package == "webhook").unwrap();
    assert_eq!(webhook.reserved_concurrency, Some(7));
    assert_eq!(webhook.environment["TASKROUTER_URL"], "http://127.0.0.1:2");
    assert!(!webhook.environment.contains_key("ACCOUNT_OWNERS"), "identities are no part of a configuration");
    let given = BTreeMap::from([("PublicUrl".to_owned(), String::new())]);
    let derived = read(Path::new(path), &Values { given, ..values.clone() }).unwrap();
    let webhook = derived.functions.iter().find(|f| f.package == "webhook").unwrap();
    assert_eq!(webhook.environment["PUBLIC_URL"], "");
    let callback = system.api.routes.iter().find(|r| r.function == "Webhook").unwrap();
    assert_eq!(callback.authorizer, None);
    let list = system.api.routes.iter().find(|r| r.function == "Search").unwrap();
    assert_eq!(list.authorizer.as_deref(), Some("FlexToken"));
}

#[test]
fn an_asynchronous_event_that_is_given_up_goes_to_a_queue_of_the_template() {
    let with = |destination: &str| {
        let config = format!(
            "Timeout: 5\n      EventInvokeConfig: {{ DestinationConfig: {{ OnFailure: {{ Destination: {destination} }} }} }}"
        );
        format!("{}  Failures: {{ Type: AWS::SQS::Queue }}\n", SMALL.replace("Timeout: 5", &config))
    };
    let system = parse(&with("!GetAtt Failures.Arn"), &Values::default()).unwrap();
    let destination = system.functions[0].retries.on_failure.as_deref().unwrap();
    assert!(destination.starts_with("arn:aws:sqs:"), "{destination}");
    let error = parse(&with("arn:aws:sqs:us-east-1:000000000000:other"), &Values::default()).unwrap_err().to_string();
    assert!(
        error.contains("EventInvokeConfig") && error.contains("is neither a queue nor a bucket of the template"),
        "{error}"
    );
}
