import base64
import hashlib
import hmac
import http.client
import json
import os
from urllib.parse import parse_qsl

import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")
ssm = boto3.client("ssm")


def secret(variable):
    answer = ssm.get_parameter(Name=os.environ[variable], WithDecryption=True)
    return answer["Parameter"]["Value"]


# The webhook reads these three, and needs the first one here.
auth_token = secret("TWILIO_AUTH_TOKEN_PARAMETER")
secret("TWILIO_API_KEY_SECRET_PARAMETER")
secret("ACCOUNT_OWNERS_PARAMETER")


def is_signed(fields, signature):
    """Whether Twilio has signed this form for the public address."""
    signed = os.environ["PUBLIC_URL"] + "/webhooks/taskrouter"
    signed += "".join(name + value for name, value in sorted(fields))
    expected = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(expected).decode(), signature)


def handle(event):
    body = event["body"]
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    fields = parse_qsl(body, keep_blank_values=True)
    if not is_signed(fields, event["headers"].get("x-twilio-signature", "")):
        return {"statusCode": 403}
    form = dict(fields)
    try:
        dynamodb.update_item(
            TableName=os.environ["TABLE_NAME"],
            Key={"pk": {"S": "WORKER#" + form["WorkerSid"]}, "sk": {"S": "WORKER"}},
            UpdateExpression="SET reported_at = :moment, attributes = :attributes",
            ConditionExpression="attribute_not_exists(reported_at) OR reported_at < :moment",
            ExpressionAttributeValues={
                ":moment": {"N": form["TimestampMs"]},
                ":attributes": {"S": form["WorkerAttributes"]},
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return {"statusCode": 204}


connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
PATH = "/2018-06-01/runtime/invocation/"
while True:
    connection.request("GET", PATH + "next")
    event = connection.getresponse()
    answer = json.dumps(handle(json.loads(event.read())))
    request_id = event.headers["lambda-runtime-aws-request-id"]
    connection.request("POST", f"{PATH}{request_id}/response", answer)
    connection.getresponse().read()
