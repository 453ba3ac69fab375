#include "server/admin_handler.h"

#include <unistd.h>

#include <fstream>

#include "wire/item_json.h"

namespace stator::server {
namespace {

// Of this process, in bytes; 0 when /proc does not say.
double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  file >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

AdminHandler::AdminHandler(base::MetricsRegistry& metrics) : metrics_(metrics) {
  metrics_.AddGauge("stator_build_info", "1, with the version as a label.",
                    {{"version", STATOR_VERSION}}, [] { return 1.0; });
  metrics_.AddGauge("process_resident_memory_bytes", "Memory of the process.", {}, ResidentBytes);
}

void AdminHandler::Handle(const HttpRequest& request, HttpCompletion done) {
  HttpResponse response;
  if (request.method != "GET" && request.method != "HEAD") {
    response = {.status = 405, .content_type = "text/plain", .headers = "", .body = "GET only.\n"};
    response.AddHeader("Allow", "GET, HEAD");
  } else if (request.path == "/health") {
    response.body = "{\"status\":\"ok\"}\n";
  } else if (request.path == "/ready") {
    response = Readiness();
  } else if (request.path == "/metrics") {
    response.content_type = "text/plain; version=0.0.4";
    response.body = metrics_.RenderPrometheus();
  } else {
    response = {.status = 404,
                .content_type = "text/plain",
                .headers = "",
                .body = "Nothing here; there are /health, /ready and /metrics.\n"};
  }
  done(std::move(response));
}

HttpResponse AdminHandler::Readiness() const {
  HttpResponse response;
  std::string doors;
  for (const NamedDoor& named : doors_) {
    const base::Status ready = named.door->Ready();
    if (!ready.ok()) response.status = 503;
    if (!doors.empty()) doors += ',';
    wire::AppendJsonString(named.name, doors);
    doors += ':';
    wire::AppendJsonString(ready.ok() ? "ok" : ready.error().ToString(), doors);
  }
  response.body = std::string("{\"ready\":") + (response.status == 200 ? "true" : "false") +
                  ",\"doors\":{" + doors + "}}\n";
  return response;
}

}  // namespace stator::server
