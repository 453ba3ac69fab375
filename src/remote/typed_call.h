// Calls with their request encoded and their answer decoded.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "dynamo/errors.h"
#include "remote/client.h"

namespace stator::remote {

// Decodes the body of one kind of answer.
template <typename Response>
using DecodeAnswer = base::Result<Response> (*)(wire::JsonReader&, std::string_view);

// The completion of a call that hands `done` the decoded answer, or the error. A write that was
// carried out but whose answer cannot be read is kUnknownOutcome.
template <typename Response>
base::Completion<Answer> Decoding(wire::Operation operation, DecodeAnswer<Response> decode,
                                  base::Completion<Response> done) {
  return [operation, decode, done = std::move(done)](base::Result<Answer> answer) mutable {
    if (!answer.ok()) return done(answer.error());
    auto response = decode(*answer->reader, answer->body);
    if (response.ok() || !wire::IsWrite(operation)) return done(std::move(response));
    done(base::Error(
        base::ErrorKind::kUnknownOutcome, dynamo::kUnknownOutcome,
        std::string(wire::OperationName(operation)) +
            " was accepted, but its answer cannot be read: " + response.error().message()));
  };
}

// A call with its body encoded.
template <typename Request>
Call MakeCall(wire::Operation operation, const base::CallContext& context, std::string subject,
              bool conditional, void (*encode)(const Request&, std::string&),
              const Request& request) {
  Call call{operation, std::move(subject), {}, IsRepeatable(operation, conditional), context};
  encode(request, call.body);
  return call;
}

}  // namespace stator::remote
