// `stator serve` and `stator dynamodb`: open doors, wait for a signal, drain, close.
#pragma once

#include <string>

#include "server/command.h"
#include "server/module_loader.h"
#include "server/signals.h"

namespace stator::server {

// The command `name`, which is "serve" or "dynamodb". Both references must outlive it.
//
// Doors of `serve` and their default ports: features 6566 (Feast's), sql 8090 (Spice's), dynamodb
// 8000 (DynamoDB Local's), admin 9090. Port 0 leaves a door closed, "auto" takes a free one. A
// default port that is in use closes its door with a warning; one that was given fails the start.
// For `dynamodb`, whose one door cannot be left closed, 0 means a free port too. Each open door is
// one line in the log: "NAME listening on http://HOST:PORT".
Command MakeServeCommand(const std::string& name, ModuleLoader& modules, SignalWatcher& signals);

}  // namespace stator::server
