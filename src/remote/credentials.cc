#include "remote/credentials.h"

#include <mutex>
#include <utility>

#include "dynamo/errors.h"

namespace stator::remote {
namespace {

base::Error NoCredentials(std::string message) {
  return base::Error(base::ErrorKind::kDenied, dynamo::kUnrecognizedClientException,
                     std::move(message));
}

class StaticProvider final : public CredentialsProvider {
 public:
  explicit StaticProvider(signing::Credentials credentials)
      : credentials_(std::make_shared<const signing::Credentials>(std::move(credentials))) {}

  void Get(const base::CallContext&, base::Completion<SharedCredentials> done) override {
    done(credentials_);
  }
  void Refused(const SharedCredentials&) override {}

 private:
  const SharedCredentials credentials_;
};

class EnvironmentProvider final : public CredentialsProvider {
 public:
  explicit EnvironmentProvider(Environment environment) : environment_(std::move(environment)) {}

  void Get(const base::CallContext&, base::Completion<SharedCredentials> done) override {
    done(Read());
  }
  void Refused(const SharedCredentials& used) override {
    std::lock_guard lock(mutex_);
    if (credentials_ == used) credentials_ = nullptr;
  }

 private:
  base::Result<SharedCredentials> Read() {
    std::lock_guard lock(mutex_);
    if (credentials_ != nullptr) return credentials_;
    auto key = environment_("AWS_ACCESS_KEY_ID");
    auto secret = environment_("AWS_SECRET_ACCESS_KEY");
    if (!key && !secret) {
      return NoCredentials(
          "No AWS credentials: none were given, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
          "are not set in the environment");
    }
    if (!key || !secret) {
      return NoCredentials(std::string("Incomplete AWS credentials in the environment: ") +
                           (key ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") + " is not set");
    }
    signing::Credentials read{*std::move(key), *std::move(secret),
                              environment_("AWS_SESSION_TOKEN").value_or("")};
    credentials_ = std::make_shared<const signing::Credentials>(std::move(read));
    return credentials_;
  }

  const Environment environment_;
  std::mutex mutex_;
  SharedCredentials credentials_;
};

}  // namespace

std::unique_ptr<CredentialsProvider> StaticCredentials(signing::Credentials credentials) {
  return std::make_unique<StaticProvider>(std::move(credentials));
}

std::unique_ptr<CredentialsProvider> EnvironmentCredentials(Environment environment) {
  return std::make_unique<EnvironmentProvider>(std::move(environment));
}

}  // namespace stator::remote
