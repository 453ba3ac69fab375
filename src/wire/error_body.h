// Errors as HTTP bodies, both ways:
//
//   {"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
//    "message":"Requested resource not found"}
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/json_reader.h"

namespace stator::wire {

// Appends the error's body to `out` and returns the HTTP status: 400 for what the caller did, 500
// for an unknown outcome and for internal faults, 503 for what may pass. The prefix of `__type` is
// the one that AWS sends for the code; SerializationException has "Message" where the others have
// "message"; UnknownOperationException without a message has neither. A failed condition carries
// its item when the request asked for it.
int EncodeError(const base::Error& error, std::string& out);

// The error in an answer whose HTTP status is not 200. Its code is what stands behind the last `#`
// of `__type` and before the first `:`; its kind follows from code and status. A body that is no
// JSON gives the code of the status ("InternalServerError", "ServiceUnavailable", ...) and says
// what stood there, cut at 200 bytes. ThrottlingReasons are appended to the message; Item becomes
// dynamo::ConditionCheckFailedDetail.
base::Error DecodeError(JsonReader& reader, int http_status, std::string_view body);

}  // namespace stator::wire
