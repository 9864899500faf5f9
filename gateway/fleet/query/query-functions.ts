// The functions that a caller's query may use. Allowed are those that only compute or only tell of tables: what reaches files, the server's
// settings, its threads, its caches or other people's queries is not here, nor is anything that QuestDB adds later.

const AGGREGATES = `approx_count_distinct approx_median approx_percentile arg_max arg_min array_agg array_elem_avg array_elem_max array_elem_min
array_elem_sum avg bit_and bit_or bit_xor bool_and bool_or corr count count_distinct covar_pop covar_samp first first_not_null geomean
haversine_dist_deg isordered ksum last last_not_null max min mode nsum regr_intercept regr_slope stddev stddev_pop stddev_samp string_agg
sum twap var_pop var_samp variance vwap weighted_avg weighted_stddev weighted_stddev_freq weighted_stddev_rel`;

const WINDOWS = 'dense_rank first_value lag last_value lead percent_rank rank row_number ntile cume_dist nth_value';

const NUMBERS = `abs acos asin atan atan2 ceil ceiling cos cot degrees exp floor greatest least ln log log2 log10 mod nullif pi power radians round
round_down round_half_even round_up sign sin sqrt tan size_pretty spread spread_bps mid wmid`;

const TEXTS = `base64 coalesce concat ilike json_extract left length length_bytes like lower lpad ltrim md5 position quote_ident regexp_replace
replace right rpad rtrim sha1 sha256 split_part starts_with strpos substring to_char to_lowercase to_str to_uppercase trim upper from_base64
to_uuid to_long256 typeof case cast switch`;

const TIMES = `date_trunc dateadd datediff day day_of_week day_of_week_sunday_first days_in_month extract hour interval interval_end interval_start
is_leap_year micros millis minute month nanos now now_ns second sysdate systimestamp systimestamp_ns timestamp_ceil timestamp_floor
to_date to_pg_date to_timestamp to_timestamp_ns to_timezone to_utc today tomorrow week_of_year year yesterday`;

const ARRAYS = `array_avg array_build array_count array_cum_sum array_max array_min array_position array_reverse array_sort array_stddev
array_stddev_pop array_stddev_samp array_sum dim_length dot_product flatten insertion_point l2price matmul shift transpose`;

const PLACES = 'geo_distance_meters geo_within_radius_latlon make_geohash netmask within within_box within_radius';

const SEQUENCES = 'timestamp_sequence timestamp_sequence_ns';

const ABOUT = 'build version current_database current_schema';

/**
 * Functions that give a table. As a column QuestDB announces one of them and sends no value for it, so they are allowed after FROM and JOIN only. In
 * lower case.
 */
export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(
  `generate_series long_sequence all_tables tables table_columns table_partitions table_storage wal_tables wal_transactions materialized_views
  views functions keywords`.split(/\s+/),
);

/** In lower case. */
export const QUERY_FUNCTIONS: ReadonlySet<string> = new Set(
  [AGGREGATES, WINDOWS, NUMBERS, TEXTS, TIMES, ARRAYS, PLACES, SEQUENCES, ABOUT, ...TABLE_FUNCTIONS].join(' ').split(/\s+/),
);

/** What other databases call it → its name here, as it is used. */
export const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ...[
    'percentile',
    'percentile_cont',
    'percentile_disc',
    'quantile',
    'quantile_cont',
    'quantile_disc',
    'histogram_quantile',
    'approx_quantile',
  ].map((name): [string, string] => [name, 'approx_percentile(column, 0.95, 3)']),
  ['p50', 'approx_percentile(column, 0.5, 3)'],
  ['p95', 'approx_percentile(column, 0.95, 3)'],
  ['p99', 'approx_percentile(column, 0.99, 3)'],
  ['median', 'approx_median(column)'],
  ['mean', 'avg(column)'],
  ['stdev', 'stddev(column)'],
  ['std', 'stddev(column)'],
  ['ifnull', 'coalesce(column, other)'],
  ['nvl', 'coalesce(column, other)'],
  ['date_bin', 'timestamp_floor(unit, timestamp), or SAMPLE BY'],
  ['time_bucket', 'timestamp_floor(unit, timestamp), or SAMPLE BY'],
  ['group_concat', 'string_agg(column, separator)'],
]);

/** Functions that only compute, but keep what they have seen where the whole database has to live: two of them took it away for half a minute. */
export const HEAP_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['string_distinct_agg', 'it fills the memory of the database; join the rows of a SELECT DISTINCT with string_agg()'],
]);

/** Words that may stand before a parenthesis without calling anything. */
export const WORDS_BEFORE_PARENTHESIS: ReadonlySet<string> = new Set(
  `select distinct from join on in and or not as where union all except intersect exists when then else by over between limit with
  fill timestamp having using partition group order case latest range rows tolerance pivot unpivot for lateral explain inner outer left
  right full cross asof lt splice window`.split(/\s+/),
);
