import { createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

const { AWS_LAMBDA_RUNTIME_API, PUBLIC_URL, TABLE_NAME } = process.env;

const dynamodb = new DynamoDBClient();
const ssm = new SSMClient();
const secret = async (variable) => {
  const request = new GetParameterCommand({ Name: process.env[variable], WithDecryption: true });
  return (await ssm.send(request)).Parameter.Value;
};
// The webhook reads these three, and needs the first one here.
const authToken = await secret("TWILIO_AUTH_TOKEN_PARAMETER");
await secret("TWILIO_API_KEY_SECRET_PARAMETER");
await secret("ACCOUNT_OWNERS_PARAMETER");

/** Whether Twilio has signed this form for the public address. */
function isSigned(form, signature) {
  const fields = [...form].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
  const signed = `${PUBLIC_URL}/webhooks/taskrouter${fields.join("")}`;
  const expected = createHmac("sha1", authToken).update(signed).digest();
  const given = Buffer.from(signature ?? "", "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function handle({ body, headers, isBase64Encoded }) {
  const form = new URLSearchParams(isBase64Encoded ? Buffer.from(body, "base64").toString() : body);
  if (!isSigned(form, headers["x-twilio-signature"])) {
    return { statusCode: 403 };
  }
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: TABLE_NAME,
        Key: { pk: { S: `WORKER#${form.get("WorkerSid")}` }, sk: { S: "WORKER" } },
        UpdateExpression: "SET reported_at = :moment, attributes = :attributes",
        ConditionExpression: "attribute_not_exists(reported_at) OR reported_at < :moment",
        ExpressionAttributeValues: {
          ":moment": { N: form.get("TimestampMs") },
          ":attributes": { S: form.get("WorkerAttributes") },
        },
      }),
    );
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
  }
  return { statusCode: 204 };
}

const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const event = await fetch(`${api}/next`);
  const answer = JSON.stringify(await handle(await event.json()));
  const id = event.headers.get("lambda-runtime-aws-request-id");
  await fetch(`${api}/${id}/response`, { method: "POST", body: answer });
}
