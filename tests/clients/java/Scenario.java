import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.FieldValue;
import co.elastic.clients.elasticsearch._types.Result;
import co.elastic.clients.elasticsearch.connector.ConnectorConfigProperties;
import co.elastic.clients.elasticsearch.connector.ConnectorFieldType;
import co.elastic.clients.elasticsearch.connector.ConnectorStatus;
import co.elastic.clients.elasticsearch.connector.DisplayType;
import co.elastic.clients.elasticsearch.connector.ElasticsearchConnectorClient;
import co.elastic.clients.elasticsearch.connector.FilteringPolicy;
import co.elastic.clients.elasticsearch.connector.FilteringRuleRule;
import co.elastic.clients.elasticsearch.connector.FilteringValidationState;
import co.elastic.clients.elasticsearch.connector.SyncJobTriggerMethod;
import co.elastic.clients.elasticsearch.connector.SyncJobType;
import co.elastic.clients.elasticsearch.connector.SyncStatus;
import co.elastic.clients.elasticsearch.security.ApiKeyType;
import co.elastic.clients.json.JsonData;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.Endpoint;
import co.elastic.clients.transport.TransportException;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.TransportUtils;
import co.elastic.clients.transport.rest5_client.Rest5ClientTransport;
import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
import co.elastic.clients.transport.rest5_client.low_level.Rest5ClientBuilder;
import co.elastic.clients.util.DateTime;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * Goes through every connector and sync job method of the typed Java client, and those of API keys. It decodes
 * each answer: a field that is missing or misnamed fails.
 *
 * <p>Prints {@code has METHOD} for each method that the client has, and {@code called METHOD} after each
 * call.
 */
public final class Scenario {
    private static final DateTime TIME = DateTime.of("2026-01-02T03:04:05Z");

    private final ElasticsearchConnectorClient api;

    private Scenario(ElasticsearchClient client) {
        api = client.connector();
    }

    private static Rest5ClientBuilder builder(String url) {
        var builder = Rest5Client.builder(URI.create(url));
        var key = System.getenv("TRIBUTARY_TEST_API_KEY");
        if (key != null) {
            builder.setDefaultHeaders(new Header[] {new BasicHeader("Authorization", "ApiKey " + key)});
        }
        return builder;
    }

    /** A client with another key. */
    private static ElasticsearchClient with(String key, String url) {
        var authority = System.getenv("TRIBUTARY_TEST_CA_CERTIFICATE");
        return ElasticsearchClient.of(config -> {
            config.host(url).apiKey(key);
            return authority == null ? config : config.sslContext(authority(authority));
        });
    }

    private static SSLContext authority(String file) {
        try {
            return TransportUtils.sslContextFromHttpCaCrt(new File(file));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static void trustsFingerprint(String url, String fingerprint) throws Exception {
        var builder = builder(url).setSSLContext(TransportUtils.sslContextFromCaFingerprint(fingerprint));
        try (var transport = new Rest5ClientTransport(builder.build(), new JacksonJsonpMapper())) {
            equal(new ElasticsearchClient(transport).info().tagline(), "You Know, for Search");
        }
        var other = "00".repeat(32);
        var refusing = builder(url).setSSLContext(TransportUtils.sslContextFromCaFingerprint(other));
        try (var transport = new Rest5ClientTransport(refusing.build(), new JacksonJsonpMapper())) {
            new ElasticsearchClient(transport).info();
        } catch (IOException expected) {
            return;
        }
        throw new AssertionError("another fingerprint is trusted");
    }

    public static void main(String[] arguments) throws Exception {
        Arrays.stream(ElasticsearchConnectorClient.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .map(Method::getName)
            // It is about the transport, not about the API.
            .filter(name -> !name.equals("withTransportOptions"))
            .distinct()
            .forEach(name -> System.out.println("has " + name));
        var fingerprint = System.getenv("TRIBUTARY_TEST_FINGERPRINT");
        if (fingerprint != null) {
            trustsFingerprint(arguments[0], fingerprint);
        }
        var builder = builder(arguments[0]).setCompressionEnabled(true);
        var authority = System.getenv("TRIBUTARY_TEST_CA_CERTIFICATE");
        if (authority != null) {
            builder.setSSLContext(authority(authority));
        }
        try (var transport = new Rest5ClientTransport(builder.build(), new JacksonJsonpMapper())) {
            var client = new ElasticsearchClient(new Recorded(transport));
            equal(client.info().tagline(), "You Know, for Search");
            var scenario = new Scenario(client);
            scenario.connectors();
            scenario.changes();
            scenario.filtering();
            scenario.syncJobs();
            apiKeys(client, arguments[0]);
        }
    }

    private void connectors() throws IOException {
        var put = api.put(r -> r.connectorId("c").indexName("search-c").name("C").serviceType("s3").language("en"));
        equal(List.of(put.result(), put.id()), List.of(Result.Created, "c"));
        var again = api.put(r -> r.connectorId("c").description("one"));
        equal(List.of(again.result(), again.id()), List.of(Result.Updated, "c"));
        var other = api.post(r -> r.name("D").isNative(false).description("two"));
        equal(other.result(), Result.Created);

        var listed = api.list(r -> r.from(0).size(10));
        equal(listed.count(), 2L);
        equal(listed.results().stream().map(one -> one.id()).toList(), List.of("c", other.id()));
        equal(api.list(r -> r.indexName("search-c", "search-x")).results().get(0).id(), "c");
        equal(api.list(r -> r.connectorName("C")).count(), 1L);
        equal(api.list(r -> r.serviceType("s3", "mysql")).count(), 1L);
        equal(api.list(r -> r.query("one")).count(), 1L);
        equal(api.list(r -> r.from(1).size(1)).results().get(0).id(), other.id());

        equal(api.delete(r -> r.connectorId(other.id()).deleteSyncJobs(true)).acknowledged(), true);
        refused(404, "resource_not_found_exception", () -> api.get(r -> r.connectorId(other.id())));
        equal(api.get(r -> r.connectorId(other.id()).includeDeleted(true)).deleted(), true);
        equal(api.delete(r -> r.connectorId(other.id()).hard(true)).acknowledged(), true);
        equal(api.list(r -> r.includeDeleted(true)).count(), 1L);
    }

    private void changes() throws IOException {
        updated(api.checkIn(r -> r.connectorId("c")).result());
        updated(api.updateName(r -> r.connectorId("c").name("New").description("changed")).result());
        updated(api.updateServiceType(r -> r.connectorId("c").serviceType("mysql")).result());
        updated(api.updateIndexName(r -> r.connectorId("c").indexName("content-c")).result());
        updated(api.updateNative(r -> r.connectorId("c").isNative(true)).result());
        updated(api.updateStatus(r -> r.connectorId("c").status(ConnectorStatus.NeedsConfiguration)).result());
        updated(api.updateConfiguration(r -> r.connectorId("c").configuration(Map.of("host",
            ConnectorConfigProperties.of(field -> field
                .category("connection").defaultValue("localhost").dependsOn(List.of())
                .display(DisplayType.Textbox).label("Host").options(List.of()).order(1)
                .placeholder("db.example").required(true).sensitive(false).tooltip("Where it is")
                .type(ConnectorFieldType.Str).uiRestrictions(List.of())
                .validations(one -> one.includedIn(in -> in.constraint(fieldValue("db"), fieldValue(""))))
                .value(JsonData.of("")))))).result());
        updated(api.updateConfiguration(r -> r.connectorId("c").values("host", JsonData.of("db"))).result());
        updated(api.updateApiKeyId(r -> r.connectorId("c").apiKeyId("k").apiKeySecretId("s")).result());
        updated(api.updateFeatures(r -> r.connectorId("c").features(features -> features
            .documentLevelSecurity(one -> one.enabled(true)).incrementalSync(one -> one.enabled(false))
            .nativeConnectorApiKeys(one -> one.enabled(true))
            .syncRules(rules -> rules.advanced(one -> one.enabled(false)).basic(one -> one.enabled(true)))))
            .result());
        updated(api.updatePipeline(r -> r.connectorId("c").pipeline(pipeline -> pipeline
            .extractBinaryContent(true).name("p").reduceWhitespace(true).runMlInference(false))).result());
        updated(api.updateScheduling(r -> r.connectorId("c").scheduling(all -> all
            .full(one -> one.enabled(true).interval("0 0 3 * * ?")))).result());

        var got = api.get(r -> r.connectorId("c"));
        equal(List.of(got.id(), got.name(), got.description(), got.serviceType(), got.indexName()),
            List.of("c", "New", "changed", "mysql", "content-c"));
        equal(List.of(got.status(), got.isNative(), got.deleted(), got.syncNow(), got.language()),
            List.of(ConnectorStatus.Configured, true, false, false, "en"));
        equal(List.of(got.apiKeyId(), got.apiKeySecretId()), List.of("k", "s"));
        isUtc(got.lastSeen());
        var host = got.configuration().get("host");
        equal(List.of(host.label(), host.value().to(String.class), host.required(), host.sensitive()),
            List.of("Host", "db", true, false));
        equal(List.of(host.display(), host.type(), host.order(), host.defaultValue().stringValue()),
            List.of(DisplayType.Textbox, ConnectorFieldType.Str, 1, "localhost"));
        equal(host.validations().get(0).includedIn().constraint().get(0).stringValue(), "db");
        var features = got.features();
        equal(List.of(features.documentLevelSecurity().enabled(), features.incrementalSync().enabled(),
            features.nativeConnectorApiKeys().enabled(), features.syncRules().advanced().enabled(),
            features.syncRules().basic().enabled()), List.of(true, false, true, false, true));
        var pipeline = got.pipeline();
        equal(List.of(pipeline.name(), pipeline.extractBinaryContent(), pipeline.reduceWhitespace(),
            pipeline.runMlInference()), List.of("p", true, true, false));
        var scheduling = got.scheduling();
        equal(List.of(scheduling.full().enabled(), scheduling.full().interval(), scheduling.incremental().enabled(),
            scheduling.accessControl().enabled()), List.of(true, "0 0 3 * * ?", false, false));

        updated(api.updateError(r -> r.connectorId("c").error("away")).result());
        var failed = api.get(r -> r.connectorId("c"));
        equal(List.of(failed.error(), failed.status()), List.of("away", ConnectorStatus.Error));
        refused(400, "status_exception",
            () -> api.updateStatus(r -> r.connectorId("c").status(ConnectorStatus.Created)));
    }

    private void filtering() throws IOException {
        updated(api.updateFiltering(r -> r.connectorId("c")
            .rules(rule -> rule.createdAt(TIME).field("name").id("a").order(0).policy(FilteringPolicy.Exclude)
                .rule(FilteringRuleRule.Equals).updatedAt(TIME).value("x"))
            .advancedSnippet(snippet -> snippet.createdAt(TIME).updatedAt(TIME)
                .value(JsonData.of(Map.of("q", 1))))).result());
        var draft = api.get(r -> r.connectorId("c")).filtering().get(0).draft();
        var rule = draft.rules().get(0);
        equal(List.of(rule.id(), rule.field(), rule.order(), rule.policy(), rule.rule(), rule.value()),
            List.of("a", "name", 0, FilteringPolicy.Exclude, FilteringRuleRule.Equals, "x"));
        equal(List.of(rule.createdAt(), rule.updatedAt()), List.of(TIME, TIME));
        equal(draft.rules().get(1).id(), "DEFAULT");
        equal(draft.advancedSnippet().value().to(Map.class), Map.of("q", 1));
        equal(draft.validation().state(), FilteringValidationState.Edited);
        updated(api.updateFilteringValidation(r -> r.connectorId("c").validation(validation -> validation
            .state(FilteringValidationState.Invalid)
            .errors(error -> error.ids("a").messages("no")))).result());
        var problem = api.get(r -> r.connectorId("c")).filtering().get(0).draft().validation().errors().get(0);
        equal(List.of(problem.ids(), problem.messages()), List.of(List.of("a"), List.of("no")));
        refused(400, "status_exception", () -> api.updateActiveFiltering(r -> r.connectorId("c")));
        updated(api.updateFilteringValidation(r -> r.connectorId("c").validation(validation -> validation
            .state(FilteringValidationState.Valid).errors(List.of()))).result());
        updated(api.updateActiveFiltering(r -> r.connectorId("c")).result());
        var filtering = api.get(r -> r.connectorId("c")).filtering().get(0);
        equal(List.of(filtering.domain(), filtering.active().rules().get(0).id()), List.of("DEFAULT", "a"));
    }

    private void syncJobs() throws IOException {
        var job = api.syncJobPost(r -> r.id("c").jobType(SyncJobType.Full)
            .triggerMethod(SyncJobTriggerMethod.Scheduled)).id();
        var second = api.syncJobPost(r -> r.id("c").jobType(SyncJobType.Incremental)).id();
        var listed = api.syncJobList(r -> r.status(SyncStatus.Pending).connectorId("c")
            .jobType(SyncJobType.Full, SyncJobType.Incremental).size(1));
        equal(List.of(listed.count(), listed.results().size(), listed.results().get(0).id()), List.of(2L, 1, job));
        equal(api.syncJobList(r -> r.from(1)).results().get(0).id(), second);
        equal(api.syncJobList(r -> r.jobType(SyncJobType.AccessControl)).count(), 0L);

        // Of these four calls the client takes only {} for an answer, which Elasticsearch does not give either
        // unless it is asked to leave the result out.
        try {
            api.syncJobCheckIn(r -> r.connectorSyncJobId(job));
            throw new AssertionError("the client reads the result now: the detour is not needed any more");
        } catch (TransportException problem) {
            equal(problem.statusCode(), 200);
        }
        var bare = api.withTransportOptions(options -> options.setParameter("filter_path", "-result"));
        bare.syncJobClaim(r -> r.connectorSyncJobId(job).workerHostname("w")
            .syncCursor(JsonData.of(Map.of("page", 1))));
        refused(409, "version_conflict_engine_exception",
            () -> api.syncJobClaim(r -> r.connectorSyncJobId(job).workerHostname("v")));
        bare.syncJobCheckIn(r -> r.connectorSyncJobId(job));
        bare.syncJobUpdateStats(r -> r.connectorSyncJobId(job).deletedDocumentCount(1).indexedDocumentCount(2)
            .indexedDocumentVolume(3).totalDocumentCount(5).metadata("a", JsonData.of(Map.of("b", 1))));
        bare.syncJobError(r -> r.connectorSyncJobId(job).error("away"));
        var got = api.syncJobGet(r -> r.connectorSyncJobId(job));
        equal(List.of(got.id(), got.status(), got.error(), got.jobType(), got.triggerMethod(), got.workerHostname()),
            List.of(job, SyncStatus.Error, "away", SyncJobType.Full, SyncJobTriggerMethod.Scheduled, "w"));
        equal(List.of(got.deletedDocumentCount(), got.indexedDocumentCount(), got.indexedDocumentVolume(),
            got.totalDocumentCount()), List.of(1L, 2L, 3L, 5L));
        equal(got.metadata().get("a").to(Map.class), Map.of("b", 1));
        List.of(got.createdAt(), got.startedAt(), got.lastSeen(), got.completedAt()).forEach(Scenario::isUtc);
        var connector = got.connector();
        equal(List.of(connector.id(), connector.indexName(), connector.serviceType(), connector.language()),
            List.of("c", "content-c", "mysql", "en"));
        equal(connector.configuration().get("host").value().to(String.class), "db");
        equal(connector.filtering().rules().get(0).id(), "a");
        equal(connector.pipeline().name(), "p");
        equal(connector.syncCursor().to(Map.class), Map.of("page", 1));

        updated(api.syncJobCancel(r -> r.connectorSyncJobId(second)).result());
        refused(400, "status_exception", () -> api.syncJobCancel(r -> r.connectorSyncJobId(second)));
        var canceled = api.syncJobGet(r -> r.connectorSyncJobId(second));
        equal(canceled.status(), SyncStatus.Canceled);
        equal(canceled.canceledAt(), canceled.cancelationRequestedAt());
        equal(api.syncJobDelete(r -> r.connectorSyncJobId(second)).acknowledged(), true);
        refused(404, "resource_not_found_exception",
            () -> api.syncJobGet(r -> r.connectorSyncJobId(second)));
    }

    private static void apiKeys(ElasticsearchClient client, String url) throws IOException {
        var security = client.security();
        var manager = security.authenticate();
        equal(List.of(manager.username(), manager.apiKey().name()), List.of("admin", "manager"));
        var made = security.createApiKey(r -> r.name("reader").expiration(time -> time.time("1d"))
            .roleDescriptors("reads", role -> role.cluster("monitor", "monitor_connector"))
            .metadata("team", JsonData.of("search")));
        var credentials = (made.id() + ":" + made.apiKey()).getBytes(StandardCharsets.UTF_8);
        equal(List.of(made.name(), made.encoded()), List.of("reader", Base64.getEncoder().encodeToString(credentials)));
        try (var reader = with(made.encoded(), url)) {
            var caller = reader.security().authenticate();
            equal(List.of(caller.username(), caller.apiKey().id(), caller.apiKey().name(), caller.authenticationType(),
                caller.enabled()), List.of("admin", made.id(), "reader", "api_key", true));
            equal(reader.connector().get(r -> r.connectorId("c")).id(), "c");
            refused(403, "security_exception",
                () -> reader.connector().updateName(r -> r.connectorId("c").name("X")));
            var held = reader.security().hasPrivileges(r -> r.cluster("monitor", "manage_connector")
                .application(one -> one.application("tributary").privileges("monitor_connector")
                    .resources("connector:c")));
            equal(List.of(held.username(), held.hasAllRequested()), List.of("admin", false));
            equal(held.cluster(), Map.of("monitor", true, "manage_connector", false));
            equal(held.application(), Map.of("tributary", Map.of("connector:c", Map.of("monitor_connector", true))));

            var found = security.getApiKey(r -> r.id(made.id())).apiKeys().get(0);
            equal(List.of(found.name(), found.type(), found.invalidated(), found.username(), found.expiration()),
                List.of("reader", ApiKeyType.Rest, false, "admin", made.expiration()));
            equal(found.roleDescriptors().get("reads").cluster(), List.of("monitor", "monitor_connector"));
            equal(found.metadata().get("team").to(String.class), "search");

            var gone = security.invalidateApiKey(r -> r.ids(made.id()));
            equal(List.of(gone.invalidatedApiKeys(), gone.errorCount()), List.of(List.of(made.id()), 0));
            refused(401, "security_exception", () -> reader.connector().list());
        }
        equal(security.getApiKey(r -> r.id(made.id())).apiKeys().get(0).invalidated(), true);

        var work = security.createApiKey(r -> r.name("worker").roleDescriptors("works", role -> role
            .cluster("monitor", "work_connector")
            .applications(one -> one.application("tributary").privileges("*").resources("connector:worked-*"))));
        client.connector().put(r -> r.connectorId("worked-1").name("W"));
        try (var worker = with(work.encoded(), url)) {
            equal(worker.connector().list().results().stream().map(one -> one.id()).toList(), List.of("worked-1"));
            refused(404, "resource_not_found_exception", () -> worker.connector().checkIn(r -> r.connectorId("c")));
        }
    }

    private static FieldValue fieldValue(String text) {
        return FieldValue.of(text);
    }

    /** A time is one in UTC. */
    private static void isUtc(DateTime time) {
        equal(time.toString().endsWith("Z"), true);
        time.toInstant();
    }

    private static void updated(Result result) {
        equal(result, Result.Updated);
    }

    private static void equal(Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            throw new AssertionError("found " + found + ", expected " + expected);
        }
    }

    private interface Call {
        void run() throws IOException;
    }

    private static void refused(int status, String type, Call call) throws IOException {
        try {
            call.run();
        } catch (ElasticsearchException refusal) {
            equal(List.of(refusal.status(), refusal.error().type()), List.of(status, type));
            return;
        }
        throw new AssertionError("not refused with " + status);
    }

    /** Passes everything on, and prints the endpoints that were answered well. */
    private record Recorded(ElasticsearchTransport inner) implements ElasticsearchTransport {
        @Override
        public <Q, A, E> A performRequest(Q request, Endpoint<Q, A, E> endpoint, TransportOptions options)
                throws IOException {
            var answer = inner.performRequest(request, endpoint, options);
            if (endpoint.id().startsWith("es/connector.")) {
                System.out.println("called " + endpoint.id().substring("es/connector.".length()));
            }
            return answer;
        }

        @Override
        public <Q, A, E> CompletableFuture<A> performRequestAsync(
                Q request, Endpoint<Q, A, E> endpoint, TransportOptions options) {
            return inner.performRequestAsync(request, endpoint, options);
        }

        @Override
        public JsonpMapper jsonpMapper() {
            return inner.jsonpMapper();
        }

        @Override
        public TransportOptions options() {
            return inner.options();
        }

        @Override
        public void close() throws IOException {
            inner.close();
        }
    }
}
