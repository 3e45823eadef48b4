// Goes through every connector and sync job method of the typed Go client, and those of API keys.
//
// Prints `has METHOD` for each method that the client has, and `called METHOD` after each call.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"

	"github.com/elastic/go-elasticsearch/v9"
	"github.com/elastic/go-elasticsearch/v9/typedapi"
	"github.com/elastic/go-elasticsearch/v9/typedapi/esdsl"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/apikeytype"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/clusterprivilege"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/connectorfieldtype"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/connectorstatus"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/displaytype"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/filteringpolicy"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/filteringrulerule"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/filteringvalidationstate"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/result"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/syncjobtriggermethod"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/syncjobtype"
	"github.com/elastic/go-elasticsearch/v9/typedapi/types/enums/syncstatus"
)

const time = "2026-01-02T03:04:05Z"

var api typedapi.MethodConnector

func equal(found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		log.Panicf("found %#v, expected %#v", found, expected)
	}
}

// The JSON of a typed value, in which pointers and defaults do not matter.
func equalJSON(found any, expected string) {
	text, err := json.Marshal(found)
	if err != nil {
		log.Panic(err)
	}
	var foundValue, expectedValue any
	if json.Unmarshal(text, &foundValue) != nil || json.Unmarshal([]byte(expected), &expectedValue) != nil {
		log.Panicf("no JSON: %s or %s", text, expected)
	}
	if !reflect.DeepEqual(foundValue, expectedValue) {
		log.Panicf("found %s, expected %s", text, expected)
	}
}

// Sends a request, whose type has the name of its method.
func do[Response any](request interface {
	Do(context.Context) (Response, error)
}) Response {
	response := send(request)
	fmt.Println("called", reflect.TypeOf(request).Elem().Name())
	return response
}

// Sends a request of another namespace.
func send[Response any](request interface {
	Do(context.Context) (Response, error)
}) Response {
	response, err := request.Do(context.Background())
	if err != nil {
		log.Panicf("%T: %v", request, err)
	}
	return response
}

// Sends a request that changes something; every such answer has a result.
func update[Response any](request interface {
	Do(context.Context) (Response, error)
}) {
	response := do(request)
	equal(reflect.ValueOf(response).Elem().FieldByName("Result").Interface(), result.Updated)
}

func refused[Response any](status int, kind string, request interface {
	Do(context.Context) (Response, error)
}) {
	_, err := request.Do(context.Background())
	var refusal *types.ElasticsearchError
	if !errors.As(err, &refusal) {
		log.Panicf("%T: not refused: %v", request, err)
	}
	equal([]any{refusal.Status, refusal.ErrorCause.Type}, []any{status, kind})
}

func connectors() {
	put := do(api.Put().ConnectorId("c").IndexName("search-c").Name("C").ServiceType("s3").Language("en"))
	equal([]any{put.Id, put.Result}, []any{"c", result.Created})
	put = do(api.Put().ConnectorId("c").Description("one"))
	equal([]any{put.Id, put.Result}, []any{"c", result.Updated})
	posted := do(api.Post().Name("D").IsNative(false).Description("two"))
	equal(posted.Result, result.Created)

	listed := do(api.List().From(0).Size(10))
	equal([]any{listed.Count, *listed.Results[0].Id, *listed.Results[1].Id}, []any{int64(2), "c", posted.Id})
	equal(*do(api.List().IndexName("search-c", "search-x")).Results[0].Id, "c")
	equal(do(api.List().ConnectorName("C")).Count, int64(1))
	equal(do(api.List().ServiceType("s3", "mysql")).Count, int64(1))
	equal(do(api.List().Query("one")).Count, int64(1))
	equal(*do(api.List().From(1).Size(1)).Results[0].Id, posted.Id)

	equal(do(api.Delete(posted.Id).DeleteSyncJobs(true)).Acknowledged, true)
	refused(404, "resource_not_found_exception", api.Get(posted.Id))
	equal(do(api.Get(posted.Id).IncludeDeleted(true)).Deleted, true)
	equal(do(api.Delete(posted.Id).Hard(true)).Acknowledged, true)
	equal(do(api.List().IncludeDeleted(true)).Count, int64(1))
}

func changes() {
	update(api.CheckIn("c"))
	update(api.UpdateName("c").Name("New").Description("changed"))
	update(api.UpdateServiceType("c").ServiceType("mysql"))
	update(api.UpdateIndexName("c").IndexName("content-c"))
	update(api.UpdateNative("c").IsNative(true))
	update(api.UpdateStatus("c").Status(connectorstatus.Needsconfiguration))
	update(api.UpdateConfiguration("c").Configuration(&configuration{"host": {
		DependsOn:   []types.Dependency{},
		Display:     displaytype.Textbox,
		Label:       "Host",
		Options:     []types.SelectOption{},
		Order:       pointer(1),
		Placeholder: pointer("db.example"),
		Required:    true,
		Tooltip:     pointer("Where it is"),
		Type:        &connectorfieldtype.Str,
		Value:       json.RawMessage(`""`),
	}}))
	update(api.UpdateConfiguration("c").AddValue("host", json.RawMessage(`"db"`)))
	update(api.UpdateApiKeyId("c").ApiKeyId("k").ApiKeySecretId("s"))
	on, off := types.FeatureEnabled{Enabled: true}, types.FeatureEnabled{Enabled: false}
	update(api.UpdateFeatures("c").Features(&types.ConnectorFeatures{
		DocumentLevelSecurity:  &on,
		IncrementalSync:        &off,
		NativeConnectorApiKeys: &on,
		SyncRules:              &types.SyncRulesFeature{Advanced: &off, Basic: &on},
	}))
	update(api.UpdatePipeline("c").Pipeline(&types.IngestPipelineParams{
		ExtractBinaryContent: true, Name: "p", ReduceWhitespace: true, RunMlInference: false,
	}))
	update(api.UpdateScheduling("c").Scheduling(&types.SchedulingConfiguration{
		Full: &types.ConnectorScheduling{Enabled: true, Interval: "0 0 3 * * ?"},
	}))

	got := do(api.Get("c"))
	equal(
		[]any{*got.Id, *got.Name, *got.Description, *got.ServiceType, *got.IndexName, got.IsNative, got.Status},
		[]any{"c", "New", "changed", "mysql", "content-c", true, connectorstatus.Configured},
	)
	equal([]any{*got.ApiKeyId, *got.ApiKeySecretId, got.Deleted, got.SyncNow}, []any{"k", "s", false, false})
	host := got.Configuration["host"]
	equal([]any{host.Label, string(host.Value), host.Required, host.Sensitive}, []any{"Host", `"db"`, true, false})
	equal([]any{host.Display, *host.Type, *host.Order}, []any{displaytype.Textbox, connectorfieldtype.Str, 1})
	equalJSON(got.Features, `{
		"document_level_security": {"enabled": true}, "incremental_sync": {"enabled": false},
		"native_connector_api_keys": {"enabled": true},
		"sync_rules": {"advanced": {"enabled": false}, "basic": {"enabled": true}}
	}`)
	equalJSON(got.Pipeline, `{
		"extract_binary_content": true, "name": "p", "reduce_whitespace": true, "run_ml_inference": false
	}`)
	equal(*got.Scheduling.Full, types.ConnectorScheduling{Enabled: true, Interval: "0 0 3 * * ?"})
	equal(got.Scheduling.Incremental.Enabled, false)
}

func filtering() {
	rule := types.FilteringRule{
		CreatedAt: time, Field: "name", Id: "a", Order: 0, Policy: filteringpolicy.Exclude,
		Rule: filteringrulerule.Equals, UpdatedAt: time, Value: "x",
	}
	snippet := types.FilteringAdvancedSnippet{CreatedAt: time, UpdatedAt: time, Value: json.RawMessage(`{"q":1}`)}
	update(api.UpdateFiltering("c").Rules(&rule).AdvancedSnippet(&snippet))
	draft := do(api.Get("c")).Filtering[0].Draft
	equal(draft.Rules[0], rule)
	equal(draft.Rules[len(draft.Rules)-1].Id, "DEFAULT")
	equalJSON(draft.AdvancedSnippet.Value, `{"q": 1}`)
	equal(draft.Validation.State, filteringvalidationstate.Edited)
	problem := types.FilteringValidation{Ids: []string{"a"}, Messages: []string{"no"}}
	update(api.UpdateFilteringValidation("c").Validation(&types.FilteringRulesValidation{
		Errors: []types.FilteringValidation{problem}, State: filteringvalidationstate.Invalid,
	}))
	equal(do(api.Get("c")).Filtering[0].Draft.Validation.Errors, []types.FilteringValidation{problem})
	refused(400, "status_exception", api.UpdateActiveFiltering("c"))
	update(api.UpdateFilteringValidation("c").Validation(&types.FilteringRulesValidation{
		Errors: []types.FilteringValidation{}, State: filteringvalidationstate.Valid,
	}))
	update(api.UpdateActiveFiltering("c"))
	active := do(api.Get("c")).Filtering[0]
	equal([]any{*active.Domain, active.Active.Rules[0].Policy}, []any{"DEFAULT", filteringpolicy.Exclude})
}

func lastSync() {
	update(api.LastSync("c").
		LastAccessControlSyncError("no rights").
		LastAccessControlSyncStatus(syncstatus.Error).
		LastDeletedDocumentCount(1).
		LastIndexedDocumentCount(42).
		LastSyncError("none").
		LastSyncStatus(syncstatus.Completed).
		SyncCursor(map[string]int{"page": 1}))
	got := do(api.Get("c"))
	equal([]any{*got.LastAccessControlSyncError, *got.LastSyncError}, []any{"no rights", "none"})
	equal([]any{*got.LastAccessControlSyncStatus, *got.LastSyncStatus}, []any{syncstatus.Error, syncstatus.Completed})
	equal([]any{*got.LastDeletedDocumentCount, *got.LastIndexedDocumentCount}, []any{int64(1), int64(42)})
	equalJSON(got.SyncCursor, `{"page": 1}`)
	update(api.UpdateError("c").Error("away"))
	got = do(api.Get("c"))
	equal([]any{*got.Error, got.Status}, []any{"away", connectorstatus.Error})
	refused(400, "status_exception", api.UpdateStatus("c").Status(connectorstatus.Created))
}

func syncJobs() {
	job := do(api.SyncJobPost().Id("c").JobType(syncjobtype.Full).
		TriggerMethod(syncjobtriggermethod.Scheduled)).Id
	second := do(api.SyncJobPost().Id("c").JobType(syncjobtype.Incremental)).Id
	listed := do(api.SyncJobList().Status(syncstatus.Pending).ConnectorId("c").
		JobType(syncjobtype.Full, syncjobtype.Incremental).Size(1))
	equal([]any{listed.Count, len(listed.Results), listed.Results[0].Id}, []any{int64(2), 1, job})
	equal(do(api.SyncJobList().From(1)).Results[0].Id, second)
	equal(do(api.SyncJobList().JobType(syncjobtype.Accesscontrol)).Count, int64(0))

	do(api.SyncJobClaim(job).WorkerHostname("w").SyncCursor(map[string]int{"page": 1}))
	refused(409, "version_conflict_engine_exception", api.SyncJobClaim(job).WorkerHostname("v"))
	do(api.SyncJobCheckIn(job))
	do(api.SyncJobUpdateStats(job).DeletedDocumentCount(1).IndexedDocumentCount(2).IndexedDocumentVolume(3).
		TotalDocumentCount(5).Metadata(&metadata{"a": json.RawMessage(`{"b":1}`)}))
	do(api.SyncJobError(job).Error("away"))
	got := do(api.SyncJobGet(job))
	equal(
		[]any{got.Id, got.Status, *got.Error, got.JobType, got.TriggerMethod, *got.WorkerHostname},
		[]any{job, syncstatus.Error, "away", syncjobtype.Full, syncjobtriggermethod.Scheduled, "w"},
	)
	equal(
		[]any{got.DeletedDocumentCount, got.IndexedDocumentCount, got.IndexedDocumentVolume, got.TotalDocumentCount},
		[]any{int64(1), int64(2), int64(3), int64(5)},
	)
	equalJSON(got.Metadata, `{"a": {"b": 1}}`)
	equal([]any{got.Connector.Id, got.Connector.IndexName, got.Connector.ServiceType}, []any{"c", "content-c", "mysql"})
	equal(string(got.Connector.Configuration["host"].Value), `"db"`)
	equal(got.Connector.Filtering.Rules[0].Id, "a")
	equalJSON(got.Connector.SyncCursor, `{"page": 1}`)
	for _, moment := range []types.DateTime{got.CreatedAt, got.StartedAt, got.LastSeen, got.CompletedAt} {
		equal(strings.HasSuffix(moment.(string), "Z"), true)
	}

	do(api.SyncJobCancel(second))
	refused(400, "status_exception", api.SyncJobCancel(second))
	canceled := do(api.SyncJobGet(second))
	equal([]any{canceled.Status, canceled.CanceledAt}, []any{syncstatus.Canceled, canceled.CancelationRequestedAt})
	equal(do(api.SyncJobDelete(second)).Acknowledged, true)
	refused(404, "resource_not_found_exception", api.SyncJobGet(second))
}

func secrets() {
	// The client leaves out the media type of these bodies alone, without which they are refused.
	id := do(api.SecretPost().Value("one").Header("Content-Type", "application/json")).Id
	got := do(api.SecretGet(id))
	equal([]any{got.Id, got.Value}, []any{id, "one"})
	update(api.SecretPut(id).Value("two").Header("Content-Type", "application/json"))
	equal(do(api.SecretGet(id)).Value, "two")
	equal(do(api.SecretDelete(id)).Deleted, true)
	refused(404, "resource_not_found_exception", api.SecretGet(id))
}

// Privileges of connectors, which the client has no constants for.
func privileges(names ...string) []clusterprivilege.ClusterPrivilege {
	privileges := []clusterprivilege.ClusterPrivilege{}
	for _, name := range names {
		privileges = append(privileges, clusterprivilege.ClusterPrivilege{Name: name})
	}
	return privileges
}

func apiKeys(client *elasticsearch.TypedClient, config elasticsearch.Config) {
	with := func(key string) *elasticsearch.TypedClient {
		config.APIKey = key
		return newClient(config)
	}
	security := client.Security
	manager := send(security.Authenticate())
	equal([]any{manager.Username, *manager.ApiKey.Name}, []any{"admin", "manager"})
	reads := types.RoleDescriptor{Cluster: privileges("monitor", "monitor_connector")}
	team := metadata{"team": json.RawMessage(`"search"`)}
	key := send(security.CreateApiKey().Name("reader").Expiration(esdsl.NewDuration().String("1d")).
		RoleDescriptors(map[string]types.RoleDescriptor{"reads": reads}).Metadata(&team))
	equal(key.Name, "reader")
	equal(key.Encoded, base64.StdEncoding.EncodeToString([]byte(key.Id+":"+key.ApiKey)))
	reader := with(key.Encoded)
	caller := send(reader.Security.Authenticate())
	equal(
		[]any{caller.Username, caller.ApiKey.Id, *caller.ApiKey.Name, caller.AuthenticationType, caller.Enabled},
		[]any{"admin", key.Id, "reader", "api_key", true},
	)
	equal(*send(reader.Connector.Get("c")).Id, "c")
	refused(403, "security_exception", reader.Connector.UpdateName("c").Name("X"))
	held := send(reader.Security.HasPrivileges().Cluster(privileges("monitor", "manage_connector")...).
		Application(&types.ApplicationPrivilegesCheck{
			Application: "tributary", Privileges: []string{"monitor_connector"}, Resources: []string{"connector:c"},
		}))
	equal([]any{held.Username, held.HasAllRequested}, []any{"admin", false})
	equal(held.Cluster, map[string]bool{"monitor": true, "manage_connector": false})
	equalJSON(held.Application, `{"tributary": {"connector:c": {"monitor_connector": true}}}`)

	found := send(security.GetApiKey().Id(key.Id)).ApiKeys[0]
	equal(
		[]any{found.Name, found.Type, found.Invalidated, found.Username, *found.Expiration},
		[]any{"reader", apikeytype.Rest, false, "admin", *key.Expiration},
	)
	equal(found.RoleDescriptors["reads"].Cluster, reads.Cluster)
	equalJSON(found.Metadata, `{"team": "search"}`)

	works := types.RoleDescriptor{
		Cluster: privileges("monitor", "work_connector"),
		Applications: []types.ApplicationPrivileges{{
			Application: "tributary", Privileges: []string{"*"}, Resources: []string{"connector:worked-*"},
		}},
	}
	work := send(security.CreateApiKey().Name("worker").
		RoleDescriptors(map[string]types.RoleDescriptor{"works": works}))
	send(client.Connector.Put().ConnectorId("worked-1").Name("W"))
	worker := with(work.Encoded).Connector
	listed := send(worker.List())
	equal([]any{listed.Count, *listed.Results[0].Id}, []any{int64(1), "worked-1"})
	refused(404, "resource_not_found_exception", worker.CheckIn("c"))

	gone := send(security.InvalidateApiKey().Ids(key.Id))
	equal([]any{gone.InvalidatedApiKeys, gone.ErrorCount}, []any{[]string{key.Id}, 0})
	refused(401, "security_exception", reader.Connector.List())
	equal(send(security.GetApiKey().Id(key.Id)).ApiKeys[0].Invalidated, true)
}

// The client's own types of these do not fit where its methods want them.
type configuration types.ConnectorConfiguration

func (given *configuration) ConnectorConfigurationCaster() *types.ConnectorConfiguration {
	return (*types.ConnectorConfiguration)(given)
}

type metadata types.Metadata

func (given *metadata) MetadataCaster() *types.Metadata { return (*types.Metadata)(given) }

func pointer[T any](value T) *T { return &value }

func newClient(config elasticsearch.Config) *elasticsearch.TypedClient {
	client, err := elasticsearch.NewTypedClient(config)
	if err != nil {
		log.Panic(err)
	}
	return client
}

func trustsFingerprint(fingerprint string) {
	config := elasticsearch.Config{
		Addresses:              []string{os.Args[1]},
		APIKey:                 os.Getenv("TRIBUTARY_TEST_API_KEY"),
		CertificateFingerprint: fingerprint,
		DisableRetry:           true,
	}
	info, err := newClient(config).Info().Do(context.Background())
	if err != nil {
		log.Panic(err)
	}
	equal(info.Tagline, "You Know, for Search")
	config.CertificateFingerprint = strings.Repeat("00", 32)
	if _, err := newClient(config).Info().Do(context.Background()); err == nil {
		log.Panic("another fingerprint is trusted")
	}
}

func main() {
	log.SetFlags(0)
	if fingerprint := os.Getenv("TRIBUTARY_TEST_FINGERPRINT"); fingerprint != "" {
		trustsFingerprint(strings.ReplaceAll(fingerprint, ":", ""))
	}
	config := elasticsearch.Config{
		Addresses:           []string{os.Args[1]},
		APIKey:              os.Getenv("TRIBUTARY_TEST_API_KEY"),
		CompressRequestBody: true,
	}
	if file := os.Getenv("TRIBUTARY_TEST_CA_CERTIFICATE"); file != "" {
		var err error
		if config.CACert, err = os.ReadFile(file); err != nil {
			log.Panic(err)
		}
	}
	client := newClient(config)
	methods := reflect.TypeOf(&api)
	for index := range methods.NumMethod() {
		fmt.Println("has", methods.Method(index).Name)
	}
	api = client.Connector
	connectors()
	changes()
	filtering()
	lastSync()
	syncJobs()
	secrets()
	apiKeys(client, config)
}
