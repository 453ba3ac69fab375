from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource
from feast.types import Array, Bool, Float32, Int64, String, UnixTimestamp
from feast.value_type import ValueType

driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)

driver_stats = FeatureView(
    name="driver_stats",
    entities=[driver],
    ttl=timedelta(days=0),
    schema=[
        Field(name="driver_id", dtype=Int64),
        Field(name="trips", dtype=Int64),
        Field(name="rating", dtype=Float32),
        Field(name="city", dtype=String),
        Field(name="active", dtype=Bool),
        Field(name="last_trip", dtype=UnixTimestamp),
        Field(name="scores", dtype=Array(Int64)),
    ],
    source=FileSource(
        name="driver_stats_source",
        path="data/driver_stats.parquet",
        timestamp_field="event_timestamp",
        created_timestamp_column="created",
    ),
)

drivers = FeatureService(name="drivers", features=[driver_stats])
