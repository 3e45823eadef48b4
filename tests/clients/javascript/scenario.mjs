// Goes through every connector and sync job method of the JavaScript client, and those of API keys.
//
// Prints `has METHOD` for each method that the client has, and `called METHOD` after each call.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Client, errors } from '@elastic/elasticsearch'

const node = process.argv[2]
const { TRIBUTARY_TEST_CA_CERTIFICATE: ca, TRIBUTARY_TEST_FINGERPRINT: fingerprint } = process.env
const { TRIBUTARY_TEST_API_KEY: apiKey } = process.env
const auth = apiKey ? { apiKey } : undefined

if (fingerprint) {
  // The fingerprint alone decides, as for every authority that the system does not know.
  const tls = { rejectUnauthorized: false }
  const trusting = new Client({ node, auth, tls, caFingerprint: fingerprint })
  assert.equal((await trusting.info()).tagline, 'You Know, for Search')
  await trusting.close()
  const other = fingerprint.slice(0, -2) + (fingerprint.endsWith('00') ? '01' : '00')
  const refusing = new Client({ node, auth, tls, caFingerprint: other, maxRetries: 0 })
  await assert.rejects(() => refusing.info(), errors.ConnectionError)
  await refusing.close()
}

// Requests are packed and answers asked for packed, as the client does it.
const tls = ca ? { ca: readFileSync(ca) } : undefined
const client = new Client({ node, auth, tls, compression: true })

for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(client.connector))) {
  if (name !== 'constructor') console.log(`has ${name}`)
}

// The methods of the namespace, each call of which is printed once it was answered.
const api = new Proxy(client.connector, {
  get: (namespace, name) => async (...parameters) => {
    const answer = await namespace[name](...parameters)
    console.log(`called ${name}`)
    return answer
  }
})

async function updated (answer) {
  assert.deepEqual(await answer, { result: 'updated' })
}

async function refused (status, type, call) {
  await assert.rejects(call, error => {
    assert.ok(error instanceof errors.ResponseError, error)
    assert.deepEqual([error.statusCode, error.body.error.type, error.body.status], [status, type, status])
    return true
  })
}

async function stored () {
  return await client.connector.get({ connector_id: 'c' })
}

async function connectors () {
  assert.deepEqual(
    await api.put({ connector_id: 'c', index_name: 'search-c', name: 'C', service_type: 's3', language: 'en' }),
    { result: 'created', id: 'c' }
  )
  assert.deepEqual(await api.put({ connector_id: 'c', description: 'one' }), { result: 'updated', id: 'c' })
  const posted = await api.post({ name: 'D', is_native: false, description: 'two' })
  assert.equal(posted.result, 'created')
  const other = posted.id

  const all = await api.list({ from: 0, size: 10 })
  assert.deepEqual([all.count, ...all.results.map(one => one.id)], [2, 'c', other])
  for (const filter of [
    { index_name: ['search-c', 'search-x'] },
    { connector_name: 'C' },
    { service_type: ['s3', 'mysql'] },
    { query: 'one' }
  ]) {
    const found = await api.list(filter)
    assert.deepEqual([found.count, found.results[0].id], [1, 'c'])
  }
  assert.equal((await api.list({ from: 1, size: 1 })).results[0].id, other)

  assert.deepEqual(await api.delete({ connector_id: other, delete_sync_jobs: true }), { acknowledged: true })
  await refused(404, 'resource_not_found_exception', () => client.connector.get({ connector_id: other }))
  assert.equal((await api.get({ connector_id: other, include_deleted: true })).deleted, true)
  assert.deepEqual(await api.delete({ connector_id: other, hard: true }), { acknowledged: true })
  assert.equal((await api.list({ include_deleted: true })).count, 1)
}

async function changes () {
  const connector_id = 'c'
  await updated(api.checkIn({ connector_id }))
  assert.match((await stored()).last_seen, /Z$/)
  await updated(api.updateName({ connector_id, name: 'New', description: 'changed' }))
  await updated(api.updateServiceType({ connector_id, service_type: 'mysql' }))
  await updated(api.updateIndexName({ connector_id, index_name: 'content-c' }))
  await updated(api.updateNative({ connector_id, is_native: true }))
  await updated(api.updateStatus({ connector_id, status: 'needs_configuration' }))
  assert.equal((await stored()).status, 'needs_configuration')
  const host = {
    default_value: null,
    depends_on: [],
    display: 'textbox',
    label: 'Host',
    options: [],
    order: 1,
    placeholder: 'db.example',
    required: true,
    sensitive: false,
    tooltip: 'Where it is',
    type: 'str',
    ui_restrictions: [],
    validations: [{ type: 'included_in', constraint: ['db', ''] }],
    value: ''
  }
  await updated(api.updateConfiguration({ connector_id, configuration: { host } }))
  assert.deepEqual((await stored()).configuration, { host })
  await updated(api.updateConfiguration({ connector_id, values: { host: 'db' } }))
  await updated(api.updateApiKeyId({ connector_id, api_key_id: 'k', api_key_secret_id: 's' }))
  const features = {
    document_level_security: { enabled: true },
    incremental_sync: { enabled: false },
    native_connector_api_keys: { enabled: true },
    sync_rules: { advanced: { enabled: false }, basic: { enabled: true } }
  }
  await updated(api.updateFeatures({ connector_id, features }))
  const pipeline = { extract_binary_content: true, name: 'p', reduce_whitespace: true, run_ml_inference: false }
  await updated(api.updatePipeline({ connector_id, pipeline }))
  const full = { enabled: true, interval: '0 0 3 * * ?' }
  await updated(api.updateScheduling({ connector_id, scheduling: { full } }))
  const after = await stored()
  assert.deepEqual(
    [after.name, after.description, after.service_type, after.index_name, after.is_native, after.status],
    ['New', 'changed', 'mysql', 'content-c', true, 'configured']
  )
  assert.deepEqual([after.api_key_id, after.api_key_secret_id], ['k', 's'])
  assert.equal(after.configuration.host.value, 'db')
  assert.deepEqual([after.features, after.pipeline], [features, pipeline])
  assert.deepEqual([after.scheduling.full, after.scheduling.incremental.enabled], [full, false])

  const time = '2026-01-02T03:04:05Z'
  const rule = {
    created_at: time, field: 'name', id: 'a', order: 0, policy: 'exclude', rule: 'equals', updated_at: time, value: 'x'
  }
  const advanced_snippet = { created_at: time, updated_at: time, value: [{ q: 1 }] }
  await updated(api.updateFiltering({ connector_id, rules: [rule], advanced_snippet }))
  const invalid = { state: 'invalid', errors: [{ ids: ['a'], messages: ['no'] }] }
  const edited = (await stored()).filtering[0].draft
  assert.deepEqual([edited.rules[0].id, edited.rules.at(-1).id, edited.validation.state], ['a', 'DEFAULT', 'edited'])
  assert.deepEqual(edited.advanced_snippet.value, [{ q: 1 }])
  await updated(api.updateFilteringValidation({ connector_id, validation: invalid }))
  assert.deepEqual((await stored()).filtering[0].draft.validation, invalid)
  await refused(400, 'status_exception', () => client.connector.updateActiveFiltering({ connector_id }))
  await updated(api.updateFilteringValidation({ connector_id, validation: { state: 'valid', errors: [] } }))
  await updated(api.updateActiveFiltering({ connector_id }))
  const [filtering] = (await stored()).filtering
  assert.deepEqual([filtering.domain, filtering.active.rules[0].id], ['DEFAULT', 'a'])

  const last = {
    last_access_control_sync_error: 'no rights',
    last_access_control_sync_scheduled_at: time,
    last_access_control_sync_status: 'error',
    last_deleted_document_count: 1,
    last_incremental_sync_scheduled_at: time,
    last_indexed_document_count: 42,
    last_seen: time,
    last_sync_error: 'none',
    last_sync_scheduled_at: time,
    last_sync_status: 'completed',
    last_synced: time,
    sync_cursor: { page: 1 }
  }
  await updated(api.lastSync({ connector_id, ...last }))
  const synced = await stored()
  for (const [name, value] of Object.entries(last)) assert.deepEqual(synced[name], value, name)
  await updated(api.updateError({ connector_id, error: 'away' }))
  assert.deepEqual([(await stored()).error, (await stored()).status], ['away', 'error'])
  await refused(400, 'status_exception', () => client.connector.updateStatus({ connector_id, status: 'created' }))
}

async function syncJobs () {
  const { id: job } = await api.syncJobPost({ id: 'c', job_type: 'full', trigger_method: 'scheduled' })
  const { id: second } = await api.syncJobPost({ id: 'c', job_type: 'incremental' })
  const listed = await api.syncJobList({
    status: 'pending', connector_id: 'c', job_type: ['full', 'incremental'], size: 1
  })
  assert.deepEqual([listed.count, listed.results.length, listed.results[0].id], [2, 1, job])
  assert.equal((await api.syncJobList({ from: 1 })).results[0].id, second)
  assert.deepEqual(await api.syncJobList({ job_type: 'access_control' }), { count: 0, results: [] })

  const connector_sync_job_id = job
  await updated(api.syncJobClaim({ connector_sync_job_id, worker_hostname: 'w', sync_cursor: { page: 1 } }))
  await refused(409, 'version_conflict_engine_exception',
    () => client.connector.syncJobClaim({ connector_sync_job_id, worker_hostname: 'v' }))
  await updated(api.syncJobCheckIn({ connector_sync_job_id }))
  const statistics = {
    deleted_document_count: 1,
    indexed_document_count: 2,
    indexed_document_volume: 3,
    total_document_count: 5,
    metadata: { a: { b: 1 } }
  }
  await updated(api.syncJobUpdateStats({ connector_sync_job_id, ...statistics }))
  await updated(api.syncJobError({ connector_sync_job_id, error: 'away' }))
  const got = await api.syncJobGet({ connector_sync_job_id })
  for (const [name, value] of Object.entries({
    ...statistics,
    id: job,
    status: 'error',
    error: 'away',
    job_type: 'full',
    trigger_method: 'scheduled',
    worker_hostname: 'w'
  })) assert.deepEqual(got[name], value, name)
  for (const name of ['created_at', 'started_at', 'last_seen', 'completed_at']) assert.match(got[name], /Z$/, name)
  assert.deepEqual([got.connector.id, got.connector.index_name, got.connector.service_type], ['c', 'content-c', 'mysql'])
  assert.deepEqual([got.connector.configuration.host.value, got.connector.sync_cursor], ['db', { page: 1 }])
  assert.equal(got.connector.filtering.rules[0].id, 'a')

  await updated(api.syncJobCancel({ connector_sync_job_id: second }))
  await refused(400, 'status_exception', () => client.connector.syncJobCancel({ connector_sync_job_id: second }))
  const canceled = await client.connector.syncJobGet({ connector_sync_job_id: second })
  assert.deepEqual([canceled.status, canceled.canceled_at], ['canceled', canceled.cancelation_requested_at])
  assert.deepEqual(await api.syncJobDelete({ connector_sync_job_id: second }), { acknowledged: true })
  await refused(404, 'resource_not_found_exception',
    () => client.connector.syncJobGet({ connector_sync_job_id: second }))
}

async function secrets () {
  const { id } = await api.secretPost({ value: 'one' })
  assert.deepEqual(await api.secretGet({ id }), { id, value: 'one' })
  assert.equal((await api.secretPut({ id, value: 'two' })).result, 'updated')
  assert.deepEqual(await api.secretGet({ id }), { id, value: 'two' })
  assert.deepEqual(await api.secretDelete({ id }), { deleted: true })
  await refused(404, 'resource_not_found_exception', () => client.connector.secretGet({ id }))
}

async function apiKeys () {
  const { security } = client
  const manager = await security.authenticate()
  assert.deepEqual([manager.username, manager.api_key.name], ['admin', 'manager'])
  const reads = { cluster: ['monitor', 'monitor_connector'] }
  const reader = await security.createApiKey({
    name: 'reader', expiration: '1d', role_descriptors: { reads }, metadata: { team: 'search' }
  })
  const { id, api_key, encoded } = reader
  assert.equal(reader.name, 'reader')
  assert.equal(encoded, Buffer.from(`${id}:${api_key}`).toString('base64'))
  const others = [encoded, { id, api_key }].map(apiKey => new Client({ node, auth: { apiKey }, tls }))
  for (const other of others) {
    const caller = await other.security.authenticate()
    assert.deepEqual([caller.username, caller.api_key.id, caller.authentication_type], ['admin', id, 'api_key'])
    assert.equal((await other.connector.get({ connector_id: 'c' })).id, 'c')
    await refused(403, 'security_exception', () => other.connector.updateName({ connector_id: 'c', name: 'X' }))
  }
  const application = [
    { application: 'tributary', privileges: ['monitor_connector'], resources: ['connector:c'] }
  ]
  const cluster = ['monitor', 'manage_connector']
  assert.deepEqual(await others[0].security.hasPrivileges({ cluster, application }), {
    username: 'admin',
    has_all_requested: false,
    cluster: { monitor: true, manage_connector: false },
    index: {},
    application: { tributary: { 'connector:c': { monitor_connector: true } } }
  })

  const [found] = (await security.getApiKey({ id })).api_keys
  assert.deepEqual(
    [found.name, found.type, found.invalidated, found.username, found.metadata, found.expiration],
    ['reader', 'rest', false, 'admin', { team: 'search' }, reader.expiration]
  )
  assert.deepEqual(found.role_descriptors.reads.cluster, reads.cluster)

  const works = {
    cluster: ['monitor', 'work_connector'],
    applications: [{ application: 'tributary', privileges: ['*'], resources: ['connector:worked-*'] }]
  }
  const key = await security.createApiKey({ name: 'worker', role_descriptors: { works } })
  await client.connector.put({ connector_id: 'worked-1', name: 'W' })
  const worker = new Client({ node, auth: { apiKey: key.encoded }, tls })
  const listed = await worker.connector.list()
  assert.deepEqual([listed.count, ...listed.results.map(one => one.id)], [1, 'worked-1'])
  await refused(404, 'resource_not_found_exception', () => worker.connector.checkIn({ connector_id: 'c' }))

  assert.deepEqual(await security.invalidateApiKey({ ids: [id] }), {
    invalidated_api_keys: [id], previously_invalidated_api_keys: [], error_count: 0
  })
  for (const other of others) await refused(401, 'security_exception', () => other.connector.list())
  assert.equal((await security.getApiKey({ id })).api_keys[0].invalidated, true)
  for (const other of [...others, worker]) await other.close()
}

// What every method takes.
async function conventions () {
  assert.equal((await client.info()).tagline, 'You Know, for Search')
  assert.deepEqual(await client.connector.syncJobList({ filter_path: 'count', human: true, pretty: true }), { count: 1 })
  assert.deepEqual(await client.connector.list({ filter_path: ['-results'] }), { count: 1 })
  const { headers } = await client.connector.list({}, { opaqueId: 'client-7', meta: true })
  assert.equal(headers['x-opaque-id'], 'client-7')
  assert.match(headers['content-type'], /^application\/vnd\.elasticsearch\+json/)
}

await connectors()
await changes()
await syncJobs()
await secrets()
await conventions()
await apiKeys()
await client.close()
