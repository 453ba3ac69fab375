import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbBaseClientBuilder;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The journey of sdk_journey_test.py with the AWS SDK for Java 2.x: SdkJourney TABLE [ENDPOINT].
 * Without ENDPOINT the SDK takes it from AWS_ENDPOINT_URL_DYNAMODB. The segments are scanned at
 * once by the asynchronous client (over Netty), all else by the synchronous one (over Apache's).
 */
public final class SdkJourney {
  private static final int ITEMS = 100;
  private static final int BATCH = 25;
  private static final int SEGMENTS = 4;
  private static final int PAGE = 7;

  private final DynamoDbClient client;
  private final DynamoDbAsyncClient asyncClient;
  private final String table;

  private SdkJourney(DynamoDbClient client, DynamoDbAsyncClient asyncClient, String table) {
    this.client = client;
    this.asyncClient = asyncClient;
    this.table = table;
  }

  public static void main(String[] arguments) {
    String endpoint = arguments.length > 1 ? arguments[1] : null;
    try (DynamoDbClient client = at(endpoint, DynamoDbClient.builder()).build();
        DynamoDbAsyncClient asyncClient = at(endpoint, DynamoDbAsyncClient.builder()).build()) {
      SdkJourney journey = new SdkJourney(client, asyncClient, arguments[0]);
      journey.createTable();
      journey.writeAndRead();
      journey.putOnConditionThatFails();
      journey.batchWrite();
      journey.queryRange();
      journey.scanInSegments();
      journey.scanInPages();
      journey.batchGet();
      journey.deleteTable();
    }
    System.out.println("journey done");
  }

  private static <B extends DynamoDbBaseClientBuilder<B, ?>> B at(String endpoint, B builder) {
    return endpoint == null ? builder : builder.endpointOverride(URI.create(endpoint));
  }

  @SuppressWarnings("unchecked") // The SDK's variable arguments are of a generic type.
  private void createTable() {
    client.createTable(
        request ->
            request
                .tableName(table)
                .attributeDefinitions(
                    one -> one.attributeName("pk").attributeType(ScalarAttributeType.S),
                    one -> one.attributeName("sk").attributeType(ScalarAttributeType.N))
                .keySchema(
                    one -> one.attributeName("pk").keyType(KeyType.HASH),
                    one -> one.attributeName("sk").keyType(KeyType.RANGE))
                .billingMode(BillingMode.PAY_PER_REQUEST));
    var described = client.waiter().waitUntilTableExists(request -> request.tableName(table));
    equal("status", described.matched().response().get().table().tableStatus(), TableStatus.ACTIVE);
  }

  private void writeAndRead() {
    client.putItem(request -> request.tableName(table).item(item(42)));
    var read =
        client.getItem(request -> request.tableName(table).key(key(42)).consistentRead(true));
    equal("item", read.item(), item(42));
  }

  private void putOnConditionThatFails() {
    var failed =
        failure(
            ConditionalCheckFailedException.class,
            () ->
                client.putItem(
                    request ->
                        request
                            .tableName(table)
                            .item(key(42))
                            .conditionExpression("attribute_not_exists(pk)")
                            .returnValuesOnConditionCheckFailure(
                                ReturnValuesOnConditionCheckFailure.ALL_OLD)));
    equal("item that was there", failed.item(), item(42));
  }

  private void batchWrite() {
    for (int start = 0; start < ITEMS; start += BATCH) {
      List<WriteRequest> puts =
          IntStream.range(start, start + BATCH)
              .mapToObj(n -> WriteRequest.builder().putRequest(put -> put.item(item(n))).build())
              .toList();
      var answer = client.batchWriteItem(request -> request.requestItems(Map.of(table, puts)));
      equal("unprocessed items", answer.unprocessedItems(), Map.of());
    }
  }

  private void queryRange() {
    var found =
        client.query(
            request ->
                request
                    .tableName(table)
                    .keyConditionExpression("pk = :p AND sk BETWEEN :low AND :high")
                    .filterExpression("#e = :yes")
                    .expressionAttributeNames(Map.of("#e", "even"))
                    .expressionAttributeValues(
                        Map.of(
                            ":p", text("p3"),
                            ":low", number(2),
                            ":high", number(7),
                            ":yes", AttributeValue.fromBool(true))));
    equal("items of the query", found.items(), List.of(item(32), item(34), item(36)));
    equal("count", found.count(), 3);
    equal("scanned count", found.scannedCount(), 6);
  }

  private void scanInSegments() {
    List<CompletableFuture<ScanResponse>> answers =
        IntStream.range(0, SEGMENTS)
            .mapToObj(
                segment ->
                    asyncClient.scan(
                        request ->
                            request.tableName(table).segment(segment).totalSegments(SEGMENTS)))
            .toList();
    List<Map<String, AttributeValue>> found = new ArrayList<>();
    answers.forEach(answer -> found.addAll(answer.join().items()));
    equal("items of all segments", sorted(found), allItems());
  }

  private void scanInPages() {
    List<Map<String, AttributeValue>> found = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (ScanResponse page : client.scanPaginator(scan -> scan.tableName(table).limit(PAGE))) {
      found.addAll(page.items());
      sizes.add(page.items().size());
    }
    equal("sizes of the pages", sizes, List.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2));
    equal("items of all pages", sorted(found), allItems());
  }

  private void batchGet() {
    var keys = IntStream.range(0, ITEMS).mapToObj(SdkJourney::key).toList();
    var wanted = Map.of(table, KeysAndAttributes.builder().keys(keys).build());
    var answer = client.batchGetItem(request -> request.requestItems(wanted));
    equal("unprocessed keys", answer.unprocessedKeys(), Map.of());
    equal("items of the batch", sorted(answer.responses().get(table)), allItems());
  }

  private void deleteTable() {
    client.deleteTable(request -> request.tableName(table));
    client.waiter().waitUntilTableNotExists(request -> request.tableName(table));
    failure(
        ResourceNotFoundException.class,
        () -> client.getItem(request -> request.tableName(table).key(key(42))));
  }

  /** Number 0 to 99: ten partitions of ten, with a value of each kind. */
  private static Map<String, AttributeValue> item(int n) {
    var list = List.of(number(n), AttributeValue.fromNul(true));
    return Map.of(
        "pk", text("p" + n / 10),
        "sk", number(n % 10),
        "text", text("text " + n),
        "even", AttributeValue.fromBool(n % 2 == 0),
        "bytes", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, (byte) n, -1})),
        "nested", AttributeValue.fromM(Map.of("list", AttributeValue.fromL(list))),
        "set", AttributeValue.fromSs(List.of("a", "b" + n)));
  }

  private static List<Map<String, AttributeValue>> allItems() {
    return IntStream.range(0, ITEMS).mapToObj(SdkJourney::item).toList();
  }

  private static Map<String, AttributeValue> key(int n) {
    return Map.of("pk", item(n).get("pk"), "sk", item(n).get("sk"));
  }

  private static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  private static AttributeValue number(int value) {
    return AttributeValue.fromN(String.valueOf(value));
  }

  /** The items in the order of their keys, which are of one digit each. */
  private static List<Map<String, AttributeValue>> sorted(List<Map<String, AttributeValue>> items) {
    Comparator<Map<String, AttributeValue>> order =
        Comparator.comparing(item -> item.get("pk").s() + item.get("sk").n());
    return items.stream().sorted(order).toList();
  }

  private static <E extends DynamoDbException> E failure(Class<E> kind, Runnable call) {
    try {
      call.run();
    } catch (DynamoDbException error) {
      if (kind.isInstance(error)) {
        return kind.cast(error);
      }
      throw error;
    }
    throw new AssertionError("no " + kind.getSimpleName());
  }

  private static void equal(String what, Object found, Object expected) {
    if (!expected.equals(found)) {
      throw new AssertionError(what + ": found " + found + ", expected " + expected);
    }
  }
}
