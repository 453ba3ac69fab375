// Calls with their request encoded and their answer decoded: the step between the operations of
// dynamo::Store and the bytes that Client sends. Encoders and decoders are those of `wire`, passed
// as functions, so that every operation is one line in remote_dynamo.cc. Answers are decoded on the
// I/O thread that received them: pages of a parallel scan are decoded in parallel.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "remote/client.h"

namespace stator::remote {

// Decodes the body of one kind of answer, with the memory of the lane that received it.
template <typename Response>
using DecodeAnswer = base::Result<Response> (*)(wire::JsonReader&, std::string_view);

// What a write ends with that was accepted, but whose answer makes no sense: kUnknownOutcome, since
// what would have stood there (old values, unprocessed items) is lost.
base::Error UnreadableAnswer(wire::Operation operation, const base::Error& cause);

// The completion of a call that hands `done` the decoded answer, or the error. A write that was
// carried out but whose answer cannot be read is kUnknownOutcome.
template <typename Response>
base::Completion<Answer> Decoding(wire::Operation operation, DecodeAnswer<Response> decode,
                                  base::Completion<Response> done) {
  return [operation, decode, done = std::move(done)](base::Result<Answer> answer) mutable {
    if (!answer.ok()) return done(answer.error());
    auto response = decode(*answer->reader, answer->body);
    if (response.ok() || !wire::IsWrite(operation)) return done(std::move(response));
    done(UnreadableAnswer(operation, response.error()));
  };
}

// A call, ready for Client::Send(), with its own copy of everything it needs: its body encoded by
// `encode`. `subject` is what messages name: the table. A `conditional` write answers differently
// the second time, so it is not repeatable.
template <typename Request>
Call MakeCall(wire::Operation operation, const base::CallContext& context, std::string subject,
              bool conditional, void (*encode)(const Request&, std::string&),
              const Request& request) {
  Call call{operation, std::move(subject), {}, IsRepeatable(operation, conditional), context};
  encode(request, call.body);
  return call;
}

}  // namespace stator::remote
