// The journey of sdk_journey_test.py with the AWS SDK for Go v2: sdk_journey TABLE [ENDPOINT].
// Without ENDPOINT the SDK takes it from AWS_ENDPOINT_URL_DYNAMODB.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	itemCount = 100
	batchSize = 25
	segments  = 4
	pageSize  = 7
	patience  = 10 * time.Second
)

type attributes = map[string]types.AttributeValue

type journey struct {
	ctx    context.Context
	client *dynamodb.Client
	table  *string
}

func main() {
	ctx := context.Background()
	settings := must(config.LoadDefaultConfig(ctx))
	client := dynamodb.NewFromConfig(settings, func(options *dynamodb.Options) {
		if len(os.Args) > 2 {
			options.BaseEndpoint = aws.String(os.Args[2])
		}
	})
	j := journey{ctx, client, aws.String(os.Args[1])}
	j.createTable()
	j.writeAndRead()
	j.putOnConditionThatFails()
	j.batchWrite()
	j.queryRange()
	j.scanInSegments()
	j.scanInPages()
	j.batchGet()
	j.deleteTable()
	fmt.Println("journey done")
}

func (j journey) createTable() {
	must(j.client.CreateTable(j.ctx, &dynamodb.CreateTableInput{
		TableName: j.table,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
		BillingMode: types.BillingModePayPerRequest,
	}))
	described := must(dynamodb.NewTableExistsWaiter(j.client).WaitForOutput(
		j.ctx, &dynamodb.DescribeTableInput{TableName: j.table}, patience))
	equal("status", described.Table.TableStatus, types.TableStatusActive)
}

func (j journey) writeAndRead() {
	must(j.client.PutItem(j.ctx, &dynamodb.PutItemInput{TableName: j.table, Item: item(42)}))
	read := must(j.client.GetItem(j.ctx, &dynamodb.GetItemInput{
		TableName: j.table, Key: key(42), ConsistentRead: aws.Bool(true),
	}))
	equal("item", read.Item, item(42))
}

func (j journey) putOnConditionThatFails() {
	other := key(42)
	other["text"] = text("another text")
	_, err := j.client.PutItem(j.ctx, &dynamodb.PutItemInput{
		TableName:                           j.table,
		Item:                                other,
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		log.Panicf("a put whose condition fails: %v", err)
	}
	equal("item that was there", failed.Item, item(42))
}

func (j journey) batchWrite() {
	for start := 0; start < itemCount; start += batchSize {
		var requests []types.WriteRequest
		for n := start; n < start+batchSize; n++ {
			put := &types.PutRequest{Item: item(n)}
			requests = append(requests, types.WriteRequest{PutRequest: put})
		}
		answer := must(j.client.BatchWriteItem(j.ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{*j.table: requests},
		}))
		equal("unprocessed items", len(answer.UnprocessedItems), 0)
	}
}

func (j journey) queryRange() {
	found := must(j.client.Query(j.ctx, &dynamodb.QueryInput{
		TableName:                j.table,
		KeyConditionExpression:   aws.String("pk = :p AND sk BETWEEN :low AND :high"),
		FilterExpression:         aws.String("#e = :yes"),
		ExpressionAttributeNames: map[string]string{"#e": "even"},
		ExpressionAttributeValues: attributes{
			":p": text("p3"), ":low": number(2), ":high": number(7), ":yes": truth(true),
		},
	}))
	equal("items of the query", found.Items, []attributes{item(32), item(34), item(36)})
	equal("count", found.Count, int32(3))
	equal("scanned count", found.ScannedCount, int32(6))
}

func (j journey) scanInSegments() {
	var answers [segments]*dynamodb.ScanOutput
	var group sync.WaitGroup
	for segment := range segments {
		group.Add(1)
		go func() {
			defer group.Done()
			answers[segment] = must(j.client.Scan(j.ctx, &dynamodb.ScanInput{
				TableName:     j.table,
				Segment:       aws.Int32(int32(segment)),
				TotalSegments: aws.Int32(segments),
			}))
		}()
	}
	group.Wait()
	var found []attributes
	for _, answer := range answers {
		found = append(found, answer.Items...)
	}
	equal("items of all segments", sorted(found), allItems())
}

func (j journey) scanInPages() {
	pages := dynamodb.NewScanPaginator(j.client, &dynamodb.ScanInput{
		TableName: j.table, Limit: aws.Int32(pageSize),
	})
	var found []attributes
	var sizes []int
	for pages.HasMorePages() {
		page := must(pages.NextPage(j.ctx))
		found = append(found, page.Items...)
		sizes = append(sizes, len(page.Items))
	}
	equal("sizes of the pages", sizes, []int{7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2})
	equal("items of all pages", sorted(found), allItems())
}

func (j journey) batchGet() {
	var keys []attributes
	for n := range itemCount {
		keys = append(keys, key(n))
	}
	answer := must(j.client.BatchGetItem(j.ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{*j.table: {Keys: keys}},
	}))
	equal("unprocessed keys", len(answer.UnprocessedKeys), 0)
	equal("items of the batch", sorted(answer.Responses[*j.table]), allItems())
}

func (j journey) deleteTable() {
	must(j.client.DeleteTable(j.ctx, &dynamodb.DeleteTableInput{TableName: j.table}))
	describe := &dynamodb.DescribeTableInput{TableName: j.table}
	if err := dynamodb.NewTableNotExistsWaiter(j.client).Wait(j.ctx, describe, patience); err != nil {
		log.Panic(err)
	}
	_, err := j.client.GetItem(j.ctx, &dynamodb.GetItemInput{TableName: j.table, Key: key(42)})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		log.Panicf("a read of a table that is deleted: %v", err)
	}
}

// item is number 0 to 99: ten partitions of ten, with a value of each kind.
func item(n int) attributes {
	return attributes{
		"pk":    text(fmt.Sprintf("p%d", n/10)),
		"sk":    number(n % 10),
		"text":  text(fmt.Sprintf("text %d", n)),
		"even":  truth(n%2 == 0),
		"bytes": &types.AttributeValueMemberB{Value: []byte{0, byte(n), 255}},
		"nested": &types.AttributeValueMemberM{Value: attributes{
			"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{
				number(n), &types.AttributeValueMemberNULL{Value: true},
			}},
		}},
		"set": &types.AttributeValueMemberSS{Value: []string{"a", fmt.Sprintf("b%d", n)}},
	}
}

func allItems() []attributes {
	var all []attributes
	for n := range itemCount {
		all = append(all, item(n))
	}
	return all
}

func key(n int) attributes { return attributes{"pk": item(n)["pk"], "sk": item(n)["sk"]} }

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(value)}
}

func truth(value bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: value} }

// sorted orders items by their keys, which are of one digit each.
func sorted(items []attributes) []attributes {
	order := func(one attributes) string {
		pk, sk := one["pk"].(*types.AttributeValueMemberS), one["sk"].(*types.AttributeValueMemberN)
		return pk.Value + sk.Value
	}
	sort.Slice(items, func(a, b int) bool { return order(items[a]) < order(items[b]) })
	return items
}

func must[T any](answer T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return answer
}

func equal(what string, found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		log.Panicf("%s: found %#v, expected %#v", what, found, expected)
	}
}
