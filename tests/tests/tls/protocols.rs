//! Versions, protocols and ciphers: what is spoken, and what is refused.

use tributary_tests::{Usage, folder};

use crate::setup::{Secured, launch};

#[test]
fn curl_is_answered_over_every_version_that_is_served() {
    let secured = Secured::start();
    assert!(secured.server.output().starts_with("tributary is listening on https://127.0.0.1:"));
    for (flags, version) in [
        (&["--http1.1"][..], "1.1"),
        (&["--http2"], "2"),
        (&["--tlsv1.2", "--tls-max", "1.2", "--http2"], "2"),
        (&["--tlsv1.2", "--tls-max", "1.2", "--http1.1"], "1.1"),
        (&["--tlsv1.3", "--http2"], "2"),
        // Without ALPN it is HTTP/1.1.
        (&["--no-alpn"], "1.1"),
    ] {
        let told = ["--write-out", "\n%{http_version} %{response_code} %{ssl_verify_result}"];
        let output = secured.curl("/_health/live", &[flags, &told].concat()).good();
        assert_eq!(output, format!("{{\"status\":\"live\"}}\n{version} 200 0"), "{flags:?}");
    }
    // Nobody else's certificate is trusted.
    crate::setup::curl(&[&secured.url("/")]).failed_saying("certificate");
    let log = secured.server.stop().log;
    assert!(log.contains("TLS handshake failed") && log.contains("/_health/live"), "{log}");
}

#[test]
fn old_versions_weak_ciphers_and_renegotiation_are_refused() {
    let secured = Secured::start();
    let weak = "ALL:eNULL:@SECLEVEL=0";
    for version in ["-tls1", "-tls1_1"] {
        // The client could: it is the service that refuses.
        secured.openssl(&[version, "-cipher", weak], "").failed_saying("SSL alert number");
    }
    for ciphers in [
        "kRSA:@SECLEVEL=0",
        "AES128-GCM-SHA256:AES256-GCM-SHA384:@SECLEVEL=0",
        "DHE:@SECLEVEL=0",
        "aNULL:eNULL:@SECLEVEL=0",
        "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0",
        "CAMELLIA:ARIA:@SECLEVEL=0",
    ] {
        secured.openssl(&["-tls1_2", "-cipher", ciphers], "").failed_saying("alert handshake failure");
    }
    let strong = ["-tls1_2", "-cipher", "ECDHE+AESGCM"];
    let output = secured.openssl(&strong, "").good();
    assert!(output.contains("Secure Renegotiation IS supported"), "{output}");
    assert!(output.contains("Compression: NONE"), "{output}");
    secured.openssl(&strong, "R\n").failed_saying("no renegotiation");
    // No early data, which could be sent again by others.
    let newest = secured.openssl(&["-tls1_3"], "").good();
    assert!(newest.contains("TLSv1.3") && !newest.contains("Early data was accepted"), "{newest}");
    let curves = ["-tls1_3", "-groups", "P-521"];
    secured.openssl(&curves, "").failed_saying("alert handshake failure");
}

#[test]
fn the_whole_chain_is_sent_and_protocols_are_chosen() {
    let (folder, secured) = (folder(), Secured::start());
    let between = secured.authority.below("between");
    let mut issued = between.issue(Usage::Service, "below");
    issued.certificate.push_str(between.pem());
    let files = issued.files(folder.path(), "chain");
    let server = launch(&files).start();
    let secured = Secured { server, files, ..secured };
    let strict = ["-verify_return_error", "-verify_hostname", "localhost", "-showcerts"];
    let output = secured.openssl(&[&strict[..], &["-alpn", "h2,http/1.1"]].concat(), "").good();
    assert!(output.contains("Verify return code: 0 (ok)"), "{output}");
    assert_eq!(output.matches("BEGIN CERTIFICATE").count(), 2, "{output}");
    assert!(output.contains("ALPN protocol: h2"), "{output}");
    let output = secured.openssl(&["-alpn", "http/1.1,h2"], "").good();
    assert!(output.contains("ALPN protocol: h2"), "the service prefers it: {output}");
    let output = secured.openssl(&["-alpn", "http/1.1"], "").good();
    assert!(output.contains("ALPN protocol: http/1.1"), "{output}");
    secured.openssl(&["-alpn", "spdy/3"], "").failed_saying("no application protocol");
}
