import { AUTHORITIES, DATA_SETS, REQUEST_ROLE } from '../request-role.ts'
import { BESIDE, PROBES } from './tables.ts'

/**
 * What one server and a cluster do in different ways is done by functions of the database: a migration makes those of
 * one server, and `npm run distribute` those of a cluster in their place. So every other statement has one text.
 */
interface Function { signature: string, returns: string, language: 'sql' | 'plpgsql', body: string }

const make = ({ signature, returns, language, body }: Function): string => `
  CREATE OR REPLACE FUNCTION ${signature} RETURNS ${returns} LANGUAGE ${language} VOLATILE AS $$ ${body} $$`

// Narrows the rest of a transaction to some authorities and data sets: see scoped.ts.
const NARROW = 'narrow_to (authorities text, data_sets text)'
// Gives the rest of it the rights of the service itself again.
const WIDEN = 'widen ()'
// Names the state of the database: equal texts mean that nothing was committed between them.
const MOMENT = 'database_moment ()'
// The nodes that do not answer, by their numbers in pg_dist_node, and the authorities that have their rows there.
const AWAY = 'nodes_away ()'
const AWAY_ROWS = 'TABLE (node int, authorities smallint[])'

// Has what a transaction writes here and on a node kept or lost together, whatever crashes between the two.
const AS_ONE = 'commit_as_one ()'
// How many pages the table of events has, or the largest of its parts, and how many parts.
const EVENT_PAGES = 'event_pages ()'

const SINGLE: readonly Function[] = [
  {
    signature: NARROW,
    returns: 'void',
    language: 'sql',
    body: `
      SELECT set_config('${AUTHORITIES}', authorities, true), set_config('${DATA_SETS}', data_sets, true),
        set_config('role', '${REQUEST_ROLE}', true)`
  },
  { signature: WIDEN, returns: 'void', language: 'sql', body: "SELECT set_config('role', 'none', true)" },
  { signature: MOMENT, returns: 'text', language: 'sql', body: 'SELECT pg_current_snapshot()::text' },
  { signature: AS_ONE, returns: 'void', language: 'sql', body: 'SELECT' },
  {
    signature: EVENT_PAGES,
    returns: 'bigint[]',
    language: 'sql',
    body: `
      SELECT ARRAY[
        coalesce(max(pg_relation_size(relid)), pg_relation_size('event')) / current_setting('block_size')::int8,
        greatest(count(*), 1)]
      FROM pg_partition_tree('event') WHERE isleaf`
  },
  { signature: AWAY, returns: AWAY_ROWS, language: 'sql', body: "SELECT 0, '{}'::smallint[] WHERE false" }
]

/** Has the nodes told of what a transaction sets; the coordinator tells them nothing of it otherwise. */
const TELLING = (is: 'local' | 'none'): string => `SET LOCAL citus.propagate_set_commands = '${is}'`

const CLUSTER: readonly Function[] = [
  {
    // The role is taken on where the rows are. Not on the coordinator, which would connect to the nodes by that role.
    signature: NARROW,
    returns: 'void',
    language: 'plpgsql',
    body: `
      BEGIN
        ${TELLING('local')};
        SET LOCAL ROLE ${REQUEST_ROLE};
        EXECUTE format('SET LOCAL ${AUTHORITIES} = %L', authorities);
        EXECUTE format('SET LOCAL ${DATA_SETS} = %L', data_sets);
        ${TELLING('none')};
        SET LOCAL ROLE NONE;
      END`
  },
  {
    signature: WIDEN,
    returns: 'void',
    language: 'plpgsql',
    body: `
      BEGIN
        ${TELLING('local')};
        SET LOCAL ROLE NONE;
        ${TELLING('none')};
      END`
  },
  {
    // A snapshot of every node, and the coordinator's own. A transaction over several nodes commits on the coordinator
    // first: there it is over while a node still has it in progress, so that node says that the state is another one.
    signature: MOMENT,
    returns: 'text',
    language: 'plpgsql',
    body: `
      DECLARE probes smallint[]; answers text[]; nodes int;
      BEGIN
        SELECT array_agg(id) INTO probes FROM (
          SELECT DISTINCT ON (groupid) id FROM pg_dist_shard JOIN pg_dist_placement USING (shardid)
          LEFT JOIN ${PROBES} USING (shardid)
          WHERE logicalrelid = 'node_probe'::regclass ORDER BY groupid, id
        ) AS of_nodes;
        -- Written out: a parameter would have every shard asked.
        EXECUTE format($ask$
          SELECT array_agg(server || ' ' || snapshot ORDER BY server), count(DISTINCT server) FROM (
            SELECT (pg_control_system()).system_identifier || ' ' || extract(epoch FROM pg_postmaster_start_time())
              AS server, pg_current_snapshot()::text AS snapshot
            FROM node_probe WHERE id = ANY (%L::smallint[])
          ) AS answered $ask$, probes) INTO answers, nodes;
        IF nodes IS DISTINCT FROM cardinality(probes) THEN
          RAISE EXCEPTION 'a node was not asked: its shards have moved, or npm run distribute has to run again'
            USING ERRCODE = 'connection_failure';
        END IF;
        RETURN array_to_string(answers, ',') || ' ' || pg_current_snapshot();
      END`
  },
  {
    // A node is asked to prepare its commit where the transaction has written to a table of the coordinator that is
    // part of the cluster: to no row of it, so that nobody waits.
    signature: AS_ONE,
    returns: 'void',
    language: 'plpgsql',
    body: `BEGIN UPDATE ${BESIDE} SET id = id WHERE id = -1; END`
  },
  {
    signature: EVENT_PAGES,
    returns: 'bigint[]',
    language: 'plpgsql',
    body: `
      DECLARE pages bigint[]; answered boolean;
      BEGIN
        SELECT ARRAY[max(CASE WHEN success THEN result::int8 END) / current_setting('block_size')::int8, count(*)],
          bool_and(success) INTO pages, answered
        FROM run_command_on_shards('event', 'SELECT pg_relation_size(''%s'')');
        IF NOT answered THEN
          RAISE EXCEPTION 'a node of the cluster does not answer' USING ERRCODE = 'connection_failure';
        END IF;
        RETURN pages;
      END`
  },
  {
    // Asks each by itself: a statement on a table fails whole where one of them does not answer. Who asks waits a
    // second for a connection to a node, which would be 30 otherwise.
    signature: AWAY,
    returns: AWAY_ROWS,
    language: 'plpgsql',
    body: `
      BEGIN
        SET LOCAL citus.node_connection_timeout = '1s';
        RETURN QUERY
          SELECT nodeid, ARRAY(
            SELECT authority.id::int2 FROM authority JOIN pg_dist_placement AS placement
              ON placement.shardid = get_shard_id_for_distribution_column('node_probe', authority.id::int2)
            WHERE placement.groupid = pg_dist_node.groupid
          )
          FROM run_command_on_workers('SELECT 1', true) AS asked JOIN pg_dist_node USING (nodename, nodeport)
          WHERE NOT asked.success ORDER BY nodeid;
      END`
  }
]

export const singleServerFunctions = (): string => SINGLE.map(make).join(';\n')
export const clusterFunctions = (): string => CLUSTER.map(make).join(';\n')
