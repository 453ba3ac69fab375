// The admin door: `GET /health` (the process lives), `GET /ready` (every open door can answer),
// `GET /metrics` (Prometheus text).
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
  // Answers at once.
  void Handle(const HttpRequest& request, HttpCompletion done) override;

 private:
  struct NamedDoor {
    std::string name;
    const Door* door;
  };
  HttpResponse Readiness() const;

  base::MetricsRegistry& metrics_;
  std::vector<NamedDoor> doors_;
};

}  // namespace stator::server
