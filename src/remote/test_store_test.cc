// The parts of test_store.h. Its name makes it part of the tests only.
#include "remote/test_store.h"

#include <utility>

#include "dynamo/item_builder.h"
#include "wire/json_reader.h"

namespace stator::remote {

std::string Padded(std::string text) {
  text.reserve(text.size() + wire::kBodyPaddingBytes);
  return text;
}

dynamo::Item KeyOf(std::string_view id) {
  dynamo::ItemBuilder builder;
  builder.Name("id").String(id);
  return builder.Build();
}

RemoteOptions OptionsFor(const TestEndpoint& endpoint) {
  RemoteOptions options;
  options.endpoint_url = endpoint.url();
  options.region = "us-east-1";
  options.keys = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  return options;
}

std::unique_ptr<RemoteDynamo> OpenStore(const RemoteOptions& options) {
  auto store = RemoteDynamo::Open(options);
  CHECK(store.ok());
  return *std::move(store);
}

base::CallContext Within(int milliseconds) {
  base::CallContext context;
  context.deadline = base::Deadline::After(std::chrono::milliseconds(milliseconds));
  return context;
}

base::Result<dynamo::GetItemResponse> Get(dynamo::Dynamo& store, const base::CallContext& context) {
  dynamo::GetItemRequest request;
  request.table_name = "users";
  request.key = KeyOf("a");
  return base::Wait<dynamo::GetItemResponse>(
      [&](auto done) { store.GetItem(context, request, std::move(done)); });
}

base::Result<dynamo::PutItemResponse> Put(dynamo::Dynamo& store, const std::string& condition,
                                          const base::CallContext& context) {
  dynamo::PutItemRequest request;
  request.table_name = "users";
  request.item = KeyOf("a");
  request.condition_expression = condition;
  return base::Wait<dynamo::PutItemResponse>(
      [&](auto done) { store.PutItem(context, request, std::move(done)); });
}

Reply ErrorReply(int status, const std::string& code, const std::string& message) {
  return {status, R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + code + R"(","message":")" +
                      message + R"("})"};
}

}  // namespace stator::remote
