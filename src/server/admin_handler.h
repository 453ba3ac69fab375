// The admin door, for whoever runs Stator:
//   GET /health   200 {"status":"ok"} as long as the process answers at all
//   GET /ready    200 when every other open door can answer, else 503; the body names each door
//   GET /metrics  everything that is counted, as Prometheus text
// It reads and changes nothing, and needs no authentication: it listens on loopback.
#pragma once

#include <string>
#include <vector>

#include "base/metrics.h"
#include "server/module.h"

namespace stator::server {

// Answers for the doors that it is given. Thread-safe once all doors have been added.
class AdminHandler final : public Door {
 public:
  // `metrics` must outlive the handler.
  explicit AdminHandler(base::MetricsRegistry& metrics);
  // Adds a door to what `/ready` asks. The door must outlive the handler.
  void AddDoor(std::string name, const Door& door) { doors_.push_back({std::move(name), &door}); }
  // Answers at once, on the caller's thread.
  void Handle(const HttpRequest& request, HttpCompletion done) override;

 private:
  // A door under the name that `/ready` shows.
  struct NamedDoor {
    std::string name;
    const Door* door;
  };
  HttpResponse Readiness() const;

  base::MetricsRegistry& metrics_;
  std::vector<NamedDoor> doors_;
};

}  // namespace stator::server
