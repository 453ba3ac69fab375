// The journey of sdk_journey_test.py with the AWS SDK for JavaScript v3: node sdk_journey.mjs TABLE [ENDPOINT].
// Without ENDPOINT the SDK takes it from AWS_ENDPOINT_URL_DYNAMODB.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.STATOR_NODE_MODULES, "here.js"));
const sdk = require("@aws-sdk/client-dynamodb");

const [TableName, endpoint] = process.argv.slice(2);
const client = new sdk.DynamoDBClient(endpoint ? { endpoint } : {});
const ITEMS = 100;

const item = (n) => ({
  pk: { S: `p${Math.floor(n / 10)}` },
  sk: { N: String(n % 10) },
  even: { BOOL: n % 2 === 0 },
  bytes: { B: new Uint8Array([0, n, 255]) },
});
const key = (n) => ({ pk: item(n).pk, sk: item(n).sk });
const identity = (found) => `${found.pk.S}/${found.sk.N}`;
const identities = (items) => items.map(identity).sort();
const numbers = [...Array(ITEMS).keys()];
const all = identities(numbers.map(item));

await client.send(
  new sdk.CreateTableCommand({
    TableName,
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "N" },
    ],
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    BillingMode: "PAY_PER_REQUEST",
  }),
);

for (let start = 0; start < ITEMS; start += 25) {
  const requests = numbers.slice(start, start + 25).map((n) => ({ PutRequest: { Item: item(n) } }));
  const answer = await client.send(new sdk.BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  assert.deepEqual(answer.UnprocessedItems, {});
}

const read = await client.send(new sdk.GetItemCommand({ TableName, Key: key(42) }));
assert.deepEqual(read.Item, item(42));

const query = await client.send(
  new sdk.QueryCommand({
    TableName,
    KeyConditionExpression: "pk = :p AND sk >= :low",
    FilterExpression: "even = :no",
    ExpressionAttributeValues: { ":p": { S: "p9" }, ":low": { N: "4" }, ":no": { BOOL: false } },
    ScanIndexForward: false,
  }),
);
assert.deepEqual(query.Items, [99, 97, 95].map(item));
assert.equal(query.ScannedCount, 6);

const segments = await Promise.all(
  [0, 1, 2, 3].map((Segment) => client.send(new sdk.ScanCommand({ TableName, Segment, TotalSegments: 4 }))),
);
assert.deepEqual(identities(segments.flatMap((segment) => segment.Items)), all);

const paged = [];
for await (const page of sdk.paginateScan({ client, pageSize: 7 }, { TableName })) {
  assert.ok(page.Items.length <= 7);
  paged.push(...page.Items);
}
assert.deepEqual(identities(paged), all);

const got = await client.send(new sdk.BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: numbers.map(key) } } }));
assert.deepEqual(identities(got.Responses[TableName]), all);

await assert.rejects(client.send(new sdk.GetItemCommand({ TableName: "no-such-table", Key: key(1) })), {
  name: "ResourceNotFoundException",
});
console.log("journey done");
