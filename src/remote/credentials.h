// Where AWS keys come from. Today: given ones, or the environment; the chain of files, SSO, roles
// and instance metadata is one more provider behind the same interface.
#pragma once

#include <memory>

#include "base/call_context.h"
#include "base/completion.h"
#include "remote/endpoint.h"
#include "signing/sigv4.h"

namespace stator::remote {

// Keys that several calls share. A provider hands out the same object until its keys change.
using SharedCredentials = std::shared_ptr<const signing::Credentials>;

// A source of keys. Thread-safe. Get() never blocks: a provider that has to ask someone completes
// later, by the context's deadline.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  // The keys to sign with now. ERRORS: UnrecognizedClientException, kind kDenied, that says what
  // was tried and what to set.
  virtual void Get(const base::CallContext& context, base::Completion<SharedCredentials> done) = 0;
  // The store refused `used` as expired or unknown: the next Get() must not hand them out again
  // without having looked for newer ones.
  virtual void Refused(const SharedCredentials& used) = 0;
};

// Keys that were given and never change.
std::unique_ptr<CredentialsProvider> StaticCredentials(signing::Credentials credentials);

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, read at every Refused() again. An
// empty variable counts as absent; one key without the other is an error that names the missing
// one.
std::unique_ptr<CredentialsProvider> EnvironmentCredentials(Environment environment);

}  // namespace stator::remote
