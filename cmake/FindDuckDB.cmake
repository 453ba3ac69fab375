# DuckDB of exactly the version that the project is written for: the imported target DuckDB::duckdb.
#
# DuckDB_DIR (variable or environment): a prefix with lib/libduckdb.so and include/duckdb.hpp of that version. Without it,
# what tools/setup.sh unpacked, under the hash of the files that pin it. Only `sql` links this target: DuckDB's C++
# interface changes from version to version.
set(STATOR_DUCKDB_VERSION 1.5.6)

function(stator_find_duckdb out)
  if(NOT DuckDB_DIR AND DEFINED ENV{DuckDB_DIR})
    set(DuckDB_DIR "$ENV{DuckDB_DIR}")
  endif()
  if(DuckDB_DIR)
    set(${out} "${DuckDB_DIR}" PARENT_SCOPE)
    return()
  endif()
  if(DEFINED ENV{STATOR_CACHE})
    set(cache "$ENV{STATOR_CACHE}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(cache "$ENV{XDG_CACHE_HOME}/stator")
  else()
    set(cache "$ENV{HOME}/.cache/stator")
  endif()
  set(pins "${CMAKE_SOURCE_DIR}/tools/packages/duckdb")
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               "${pins}/package-lock.json" "${pins}/requirements.txt")
  file(READ "${pins}/package-lock.json" library)
  file(READ "${pins}/requirements.txt" headers)
  string(SHA256 key "${library}${headers}")
  string(SUBSTRING "${key}" 0 16 key)
  set(${out} "${cache}/duckdb-${STATOR_DUCKDB_VERSION}-${key}" PARENT_SCOPE)
endfunction()

# DuckDB's public headers name some of the libraries that it carries.
function(stator_duckdb_include_dirs home out)
  set(dirs "${home}/include")
  foreach(part utf8proc/include re2 fmt/include yyjson/include fast_float concurrentqueue fsst fastpforlib
               libpg_query/include)
    if(IS_DIRECTORY "${home}/third_party/${part}")
      list(APPEND dirs "${home}/third_party/${part}")
    endif()
  endforeach()
  set(${out} "${dirs}" PARENT_SCOPE)
endfunction()

# A prefix that somebody named may hold any version; the one that set-up unpacked is known by its hash.
function(stator_check_duckdb_version library)
  file(STRINGS "${library}" stamp REGEX "^v${STATOR_DUCKDB_VERSION}$" LIMIT_COUNT 1)
  if(NOT stamp)
    message(FATAL_ERROR "${library} is not DuckDB ${STATOR_DUCKDB_VERSION}: unset DuckDB_DIR or point it to that version")
  endif()
endfunction()

set(DuckDB_FOUND TRUE)
if(NOT TARGET DuckDB::duckdb)
  stator_find_duckdb(DuckDB_HOME)
  set(DuckDB_LIBRARY "${DuckDB_HOME}/lib/libduckdb.so")
  if(NOT EXISTS "${DuckDB_LIBRARY}" OR NOT EXISTS "${DuckDB_HOME}/include/duckdb.hpp")
    set(DuckDB_FOUND FALSE)
    if(DuckDB_FIND_REQUIRED)
      message(FATAL_ERROR "DuckDB ${STATOR_DUCKDB_VERSION} is not in ${DuckDB_HOME}: run `make setup`")
    endif()
  elseif(DuckDB_DIR OR DEFINED ENV{DuckDB_DIR})
    stator_check_duckdb_version("${DuckDB_LIBRARY}")
  endif()
endif()

if(DuckDB_FOUND AND NOT TARGET DuckDB::duckdb)
  stator_duckdb_include_dirs("${DuckDB_HOME}" DuckDB_INCLUDE_DIRS)
  add_library(DuckDB::duckdb SHARED IMPORTED GLOBAL)
  set_target_properties(DuckDB::duckdb PROPERTIES IMPORTED_LOCATION "${DuckDB_LIBRARY}")
  target_include_directories(DuckDB::duckdb SYSTEM INTERFACE ${DuckDB_INCLUDE_DIRS})
  # Beside the program, as in an installation; an rpath of $ORIGIN finds it there.
  file(CREATE_LINK "${DuckDB_LIBRARY}" "${CMAKE_BINARY_DIR}/libduckdb.so" SYMBOLIC)
  install(FILES "${DuckDB_LIBRARY}" DESTINATION lib/stator)
endif()
