"""What the SAM translator makes of infra/template.yaml: what CloudFormation is handed at a deployment."""

import json
import os
import pathlib
import re
import unittest

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402

TEMPLATE = pathlib.Path(__file__).parents[2] / "infra" / "template.yaml"
OPERATIONS = TEMPLATE.parents[1] / "docs" / "operations.md"
METRICS = TEMPLATE.parents[1] / "crates" / "runtime" / "src" / "metrics.rs"
ALARM = "AWS::CloudWatch::Alarm"
ORIGINS = ["https://flex.twilio.com", "https://d111111abcdef8.cloudfront.net"]
PARAMETERS = {
    "TwilioAccountSid": "AC" + "0" * 32,
    "TwilioWorkspaceSid": "WS" + "0" * 32,
    # CloudFormation hands the transform the value of a CommaDelimitedList as a list.
    "AllowedOrigins": ORIGINS,
}
# Where the gateway needs no token: what Twilio signs, and what everybody may read.
PUBLIC = {"POST /webhooks/taskrouter", "GET /openapi.yaml", "GET /docs", "GET /docs/{file}"}


def translated() -> dict:
    source = yaml_parse(TEMPLATE.read_text())
    # As packaging leaves them.
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    # Names of managed policies stay as they are.
    translator = Translator({}, Parser())
    return translator.translate(source, {**defaults(source), **PARAMETERS})


def defaults(source: dict) -> dict:
    return {name: value["Default"] for name, value in source["Parameters"].items() if "Default" in value}


class Translated(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.source = yaml_parse(TEMPLATE.read_text())
        cls.resources = translated()["Resources"]

    def of(self, kind: str) -> dict[str, dict]:
        found = {id: it["Properties"] for id, it in self.resources.items() if it["Type"] == kind}
        self.assertTrue(found, f"no {kind}")
        return found

    def only(self, kind: str) -> dict:
        (found,) = self.of(kind).values()
        return found

    def test_two_origins_are_two_origins_for_cors(self) -> None:
        cors = self.only("AWS::ApiGatewayV2::Api")["Body"]["x-amazon-apigateway-cors"]
        self.assertEqual(cors["allowOrigins"], ORIGINS)
        self.assertNotIn("allowCredentials", cors)
        self.assertTrue({"authorization", "if-match", "idempotency-key"} <= set(cors["allowHeaders"]))

    def test_every_route_but_the_public_ones_has_the_authorizer_which_is_not_cached(self) -> None:
        body = self.only("AWS::ApiGatewayV2::Api")["Body"]
        routes = {
            f"{method.upper()} {path}": operation
            for path, operations in body["paths"].items()
            for method, operation in operations.items()
        }
        public = {route for route, operation in routes.items() if not any("FlexToken" in it for it in operation.get("security", []))}
        self.assertEqual(public, PUBLIC)
        authorizer = body["components"]["securitySchemes"]["FlexToken"]["x-amazon-apigateway-authorizer"]
        self.assertEqual(authorizer["authorizerResultTtlInSeconds"], 0)

    def test_the_access_log_has_the_route_and_never_the_path(self) -> None:
        stage = self.only("AWS::ApiGatewayV2::Stage")
        log = json.loads(stage["AccessLogSettings"]["Format"])
        for variable in ("routeKey", "status", "authorizer.error", "integrationErrorMessage"):
            self.assertIn(f"$context.{variable}", log.values())
        for variable in ("$context.path", "$context.identity", "$context.authorizer.principalId"):
            self.assertFalse([value for value in log.values() if value.startswith(variable)])

    def test_every_function_is_traced_versioned_and_logs_into_a_group_that_forgets(self) -> None:
        groups = self.of("AWS::Logs::LogGroup")
        for group in groups.values():
            self.assertEqual(group["RetentionInDays"], {"Ref": "LogRetentionDays"})
        for name, function in self.of("AWS::Lambda::Function").items():
            self.assertEqual(function["TracingConfig"], {"Mode": "Active"}, name)
            self.assertEqual(function["LoggingConfig"], {"LogGroup": {"Ref": f"{name}Logs"}}, name)
            self.assertIn(f"{name}Logs", groups)
            tags = {tag["Key"]: tag["Value"] for tag in function["Tags"]}
            self.assertRegex(tags["flex-roster-version"], r"^\d+\.\d+\.\d+$", name)
            self.assertEqual(function["Architectures"], [{"Ref": "Architecture"}], name)

    def test_no_function_holds_a_secret_or_an_identity_in_its_configuration(self) -> None:
        for name, function in self.of("AWS::Lambda::Function").items():
            variables = function["Environment"]["Variables"]
            for variable in variables:
                if any(word in variable for word in ("TOKEN", "SECRET", "OWNERS")):
                    self.assertTrue(variable.endswith("_PARAMETER"), f"{name}: {variable}")

    def test_what_is_invoked_asynchronously_keeps_what_it_gives_up(self) -> None:
        kept = self.of("AWS::Lambda::EventInvokeConfig")
        for function in ("Reconcile", "WriteExport", "FanOut", "RunBulk"):
            destination = kept[f"{function}EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]
            self.assertEqual(destination, {"Fn::GetAtt": [f"{function}Failures", "Arn"]})
        invoked = {
            statement["Resource"]["Fn::GetAtt"][0]
            for role in self.of("AWS::IAM::Role").values()
            for policy in role.get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Action"] == ["lambda:InvokeFunction"]
        }
        self.assertEqual(invoked, {"Reconcile", "WriteExport", "FanOut", "RunBulk"})

    def test_what_is_given_up_of_the_stream_is_kept_whole_for_index_and_as_a_hint_for_sync(self) -> None:
        mappings = self.of("AWS::Lambda::EventSourceMapping")
        destinations = {
            mapping["FunctionName"]["Ref"]: mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
            for mapping in mappings.values()
        }
        self.assertEqual(destinations, {"Index": "IndexFailures", "Sync": "SyncFailures"})
        self.assertEqual(self.resources["IndexFailures"]["Type"], "AWS::S3::Bucket")
        (rule,) = self.resources["IndexFailures"]["Properties"]["LifecycleConfiguration"]["Rules"]
        self.assertEqual((rule["Status"], rule["ExpirationInDays"]), ("Enabled", 14))

    def test_every_bucket_is_closed_encrypted_and_reached_by_tls_alone(self) -> None:
        policies = {policy["Bucket"]["Ref"]: policy for policy in self.of("AWS::S3::BucketPolicy").values()}
        for name, bucket in self.of("AWS::S3::Bucket").items():
            self.assertEqual(set(bucket["PublicAccessBlockConfiguration"].values()), {True}, name)
            self.assertEqual(bucket["OwnershipControls"]["Rules"], [{"ObjectOwnership": "BucketOwnerEnforced"}], name)
            (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            algorithm = encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
            self.assertIn(algorithm, ("AES256", {"Fn::If": ["HasKmsKey", "aws:kms", "AES256"]}), name)
            self.assertEqual(bucket["LoggingConfiguration"]["Fn::If"][0], "HasAccessLogBucket", name)
            denied = policies[name]["PolicyDocument"]["Statement"][0]
            self.assertEqual(
                (denied["Effect"], denied["Principal"], denied["Action"], denied["Condition"]),
                ("Deny", "*", "s3:*", {"Bool": {"aws:SecureTransport": "false"}}),
                name,
            )
            self.assertEqual(len(denied["Resource"]), 2, name)

    def test_every_queue_is_encrypted_and_keeps_its_messages_for_14_days(self) -> None:
        for name, queue in self.of("AWS::SQS::Queue").items():
            self.assertEqual(queue["SqsManagedSseEnabled"]["Fn::If"][0], "HasKmsKey", name)
            self.assertEqual(queue["KmsMasterKeyId"]["Fn::If"][1], {"Ref": "KmsKeyArn"}, name)
            self.assertEqual(queue["MessageRetentionPeriod"], 14 * 24 * 3600, name)

    def test_the_table_survives_a_deleted_stack_and_can_be_taken_back_in_time(self) -> None:
        (table,) = (it for it in self.resources.values() if it["Type"] == "AWS::DynamoDB::Table")
        self.assertEqual((table["DeletionPolicy"], table["UpdateReplacePolicy"]), ("Retain", "Retain"))
        properties = table["Properties"]
        self.assertIs(properties["DeletionProtectionEnabled"], True)
        self.assertIs(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], True)
        self.assertIs(properties["SSESpecification"]["SSEEnabled"], True)

    def test_with_a_key_of_ones_own_every_role_may_use_it_and_only_through_the_services(self) -> None:
        policy = self.resources["KmsPolicy"]
        self.assertEqual(policy["Condition"], "HasKmsKey")
        functions = self.of("AWS::Lambda::Function")
        roles = {role["Ref"] for role in policy["Properties"]["Roles"]}
        self.assertEqual(roles, {f"{name}Role" for name in functions})
        self.assertTrue(roles <= self.resources.keys())
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        self.assertIn("kms:ViaService", statement["Condition"]["StringEquals"])

    def test_the_default_endpoint_is_off_exactly_with_a_custom_domain_that_wants_it(self) -> None:
        body = self.only("AWS::ApiGatewayV2::Api")["Body"]
        endpoint = next(
            (value for key, value in _entries(body) if key == "disableExecuteApiEndpoint"), None
        )
        self.assertEqual(endpoint, {"Fn::If": ["IsEndpointDisabled", True, False]})
        mapping = self.resources["ApiMapping"]
        self.assertIn(mapping["DependsOn"], self.resources, "the stage's name is the translator's")

    def test_each_alarm_is_explained_and_each_explanation_has_an_alarm(self) -> None:
        names = {alarm["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for alarm in self.of(ALARM).values()}
        page = OPERATIONS.read_text()
        section = page[page.index("\n### Alarms\n") :]
        section = section[: section.index("\n## ")]
        headings = re.findall(r"^#### (.+)$", section, re.MULTILINE)
        self.assertEqual(sorted(names), sorted(headings))
        for text in re.split(r"^#### .+$", section, flags=re.MULTILINE)[1:]:
            self.assertGreater(len(text.split()), 25, f"what it means and what to do: {text}")

    def test_each_alarm_says_something_and_tells_the_topic_when_it_begins_and_when_it_ends(self) -> None:
        for id, alarm in self.of(ALARM).items():
            self.assertTrue(alarm["AlarmDescription"].endswith("."), id)
            self.assertEqual(alarm["AlarmActions"], [{"Ref": "AlarmTopic"}], id)
            self.assertEqual(alarm["OKActions"], [{"Ref": "AlarmTopic"}], id)
        subscription = self.resources["AlarmSubscription"]
        self.assertEqual(subscription["Condition"], "HasAlarmEmail")
        self.assertEqual(subscription["Properties"]["Endpoint"], {"Ref": "AlarmEmail"})

    def test_an_alarm_of_several_metrics_adds_them_up_and_misses_none(self) -> None:
        for id, alarm in self.of(ALARM).items():
            expression, *metrics = alarm.get("Metrics", [{}])
            ids = [metric["Id"] for metric in metrics]
            self.assertLessEqual(len(ids), 10, f"{id}: CloudWatch takes ten")
            self.assertEqual(re.findall(r"FILL\((\w+), 0\)", expression.get("Expression", "")), ids, id)
            self.assertTrue(all(metric["ReturnData"] is False for metric in metrics), id)

    def test_alarms_look_at_what_there_is(self) -> None:
        functions, queues = set(self.of("AWS::Lambda::Function")), set(self.of("AWS::SQS::Queue"))
        watched = {(metric, str(value)) for metric, dimensions in self.metrics() for value in dimensions.values()}
        for function in functions:
            self.assertIn(("Throttles", str({"Ref": function})), watched)
        for function in ("Authorize", "Webhook", "Sync", "Index", "Reconcile", "FanOut", "WriteExport", "RunBulk", "TurnSkills"):
            self.assertIn(("Errors", str({"Ref": function})), watched)
        for mapping in self.of("AWS::Lambda::EventSourceMapping").values():
            self.assertIn(("IteratorAge", str(mapping["FunctionName"])), watched)
        for queue in queues:
            self.assertIn(("ApproximateNumberOfMessagesVisible", str({"Fn::GetAtt": [queue, "QueueName"]})), watched)
        self.assertIn(("OnFailureDestinationDeliveredEventCount", str({"Ref": "IndexProfiles"})), watched)
        self.assertEqual(self.resources["IndexProfiles"]["Properties"]["MetricsConfig"], {"Metrics": ["EventCount"]})
        for metric, dimensions in self.metrics():
            for value in dimensions.values():
                named = value.get("Ref", value.get("Fn::GetAtt", [None])[0]) if isinstance(value, dict) else None
                self.assertTrue(named is None or named in self.resources, f"{metric}: {named}")

    def test_the_dashboard_is_json_and_names_what_there_is(self) -> None:
        body = self.only("AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]
        widgets = json.loads(body)["widgets"]
        self.assertTrue(all(widget["properties"]["metrics"] for widget in widgets))
        for name in re.findall(r"\$\{(\w+)[.}]", body):
            self.assertIn(name, self.resources)
        # All that the functions count is on it.
        for metric in re.findall(r"Self::\w+ => \"(\w+)\",", METRICS.read_text()):
            if metric not in ("Seconds", "Milliseconds"):
                self.assertIn(f'"${{AWS::StackName}}", "{metric}"', body)

    def metrics(self) -> list[tuple[str, dict]]:
        """The metrics of all alarms, with their dimensions."""
        found = []
        for alarm in self.of(ALARM).values():
            several = [metric["MetricStat"]["Metric"] for metric in alarm.get("Metrics", [])[1:]]
            for metric in several or [alarm]:
                dimensions = {it["Name"]: it["Value"] for it in metric.get("Dimensions", [])}
                found.append((metric["MetricName"], dimensions))
        return found

    def test_routes_have_throttles_by_parameter_and_the_expensive_ones_lower_ones(self) -> None:
        stage = self.only("AWS::ApiGatewayV2::Stage")

        def limits(kind: str) -> dict:
            return {
                "ThrottlingBurstLimit": {"Ref": f"{kind}BurstLimit"},
                "ThrottlingRateLimit": {"Ref": f"{kind}RateLimit"},
            }

        self.assertEqual(stage["DefaultRouteSettings"], limits("Api"))
        settings = stage["RouteSettings"]
        expensive = ("GET /skill-sets", "GET /teams", "POST /bulk", "POST /exports")
        expected = {route: limits("Expensive") for route in expensive}
        self.assertEqual(settings, {**expected, "POST /webhooks/taskrouter": limits("Webhook")})
        paths = self.only("AWS::ApiGatewayV2::Api")["Body"]["paths"]
        for route in settings:
            method, path = route.split(" ")
            self.assertIn(method.lower(), paths[path], f"{route} is a route")
        default = defaults(self.source)
        self.assertLess(default["ExpensiveRateLimit"], default["ApiRateLimit"])

    def test_concurrency_is_reserved_by_parameter_and_none_by_default(self) -> None:
        reserved = {
            name: function["ReservedConcurrentExecutions"]
            for name, function in self.of("AWS::Lambda::Function").items()
            if "ReservedConcurrentExecutions" in function
        }
        names = ("Authorize", "Webhook", "Skills", "Teams", "WriteExport")
        expected = {
            name: {"Fn::If": [f"Has{name}Concurrency", {"Ref": f"{name}Concurrency"}, {"Ref": "AWS::NoValue"}]}
            for name in names
        }
        self.assertEqual(reserved, expected)
        for name in names:
            self.assertEqual(self.source["Parameters"][f"{name}Concurrency"]["Default"], 0, name)
            condition = {"Fn::Not": [{"Fn::Equals": [{"Ref": f"{name}Concurrency"}, "0"]}]}
            self.assertEqual(self.source["Conditions"][f"Has{name}Concurrency"], condition)

    def test_table_and_indexes_have_a_maximum_by_parameter_and_none_by_default(self) -> None:
        def maximum(kind: str) -> dict:
            units = {
                f"Max{what}RequestUnits": {
                    "Fn::If": [
                        f"Has{kind}Max{what}Units",
                        {"Ref": f"{kind}Max{what}Units"},
                        {"Ref": "AWS::NoValue"},
                    ]
                }
                for what in ("Read", "Write")
            }
            return {"Fn::If": [f"Has{kind}Maximum", units, {"Ref": "AWS::NoValue"}]}

        table = self.only("AWS::DynamoDB::Table")
        self.assertEqual(table["OnDemandThroughput"], maximum("Table"))
        for index in table["GlobalSecondaryIndexes"]:
            self.assertEqual(index["OnDemandThroughput"], maximum("Index"), index["IndexName"])
        for kind in ("Table", "Index"):
            for what in ("Read", "Write"):
                parameter = self.source["Parameters"][f"{kind}Max{what}Units"]
                self.assertEqual(parameter["Default"], "")
                pattern = re.compile(parameter["AllowedPattern"])
                self.assertTrue(pattern.search("") and pattern.search("12000"))
                self.assertFalse(any(pattern.search(wrong) for wrong in ("0", "-1", "1.5", "many")))

    def test_nothing_of_the_console_is_there_without_it(self) -> None:
        for name, resource in self.resources.items():
            if name.startswith("Console"):
                self.assertEqual(resource.get("Condition"), "HasConsole", name)

    def test_addresses_are_https(self) -> None:
        for name, parameter in self.source["Parameters"].items():
            self.assertTrue(parameter.get("Description"), f"{name} has no description")
            if name.endswith(("Url", "Origins")):
                pattern = re.compile(parameter["AllowedPattern"])
                self.assertTrue(pattern.search("https://example.com"), name)
                for wrong in ("http://example.com", "http://127.0.0.1", "ftp://example.com", "example.com"):
                    self.assertFalse(pattern.search(wrong), f"{name}: {wrong}")

    def test_every_output_is_described_and_names_no_partitions_domain(self) -> None:
        for name, output in self.source["Outputs"].items():
            self.assertTrue(output.get("Description"), name)
            self.assertNotIn("amazonaws.com", json.dumps(output), name)


def _entries(value):
    """All keys and values of nested mappings."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


if __name__ == "__main__":
    unittest.main()
