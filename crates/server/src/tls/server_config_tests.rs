//! Files of every kind, good and bad.

use std::path::PathBuf;

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};

use super::*;

fn files(client_ca: Option<&str>) -> TlsFiles {
    let path = |name: &str| PathBuf::from(name);
    TlsFiles { certificate: path("c.pem"), key: path("k.pem"), client_ca: client_ca.map(path) }
}

/// The certificate and the key of `localhost`, in PEM.
fn pair() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn built(certificate: &str, key: &str, client_ca: Option<&str>) -> Result<Vec<CertificateFacts>, String> {
    let contents = Contents {
        certificate: certificate.into(),
        key: key.as_bytes().to_vec().into(),
        client_ca: client_ca.map(Into::into),
    };
    let built = build(&files(client_ca.map(|_| "ca.pem")), &contents);
    built.map(|(_, facts)| facts).map_err(|error| error.to_string())
}

#[test]
fn a_chain_and_authorities_are_read_with_their_ends() {
    let (certificate, key) = pair();
    let (other, _) = pair();
    let facts = built(&format!("{certificate}{other}"), &key, Some(&other)).unwrap();
    let roles: Vec<_> = facts.iter().map(|one| one.role).collect();
    assert_eq!(roles, [FileRole::Certificate, FileRole::Certificate, FileRole::ClientAuthorities]);
    assert!(facts.iter().all(|one| one.subject == "CN=rcgen self signed cert" && one.expires_at > 0));
}

#[test]
fn keys_of_each_kind_are_taken() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let certificate = CertificateParams::new(["a".to_owned()]).unwrap().self_signed(&key).unwrap();
        built(&certificate.pem(), &key.serialize_pem(), None).unwrap();
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let (certificate, key) = pair();
    let (_, other_key) = pair();
    let encrypted = key
        .replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE")
        .replace("END PRIVATE", "END ENCRYPTED PRIVATE");
    let half = &certificate[..certificate.len() / 2];
    let not_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (certificate, key, client_ca, parts) in [
        ("", key.as_str(), None, ["c.pem", "no certificate"]),
        (&key, &key, None, ["c.pem", "no certificate"]),
        (half, &key, None, ["c.pem", "no valid PEM"]),
        (not_der, &key, None, ["c.pem", "cannot be read"]),
        (&certificate, "", None, ["k.pem", "no private key"]),
        (&certificate, &certificate, None, ["k.pem", "no private key"]),
        (&certificate, no_key, None, ["k.pem", "not supported"]),
        (&certificate, &encrypted, None, ["k.pem", "openssl pkey"]),
        (&certificate, &other_key, None, ["k.pem is not that of", "c.pem"]),
        (&certificate, &key, Some(""), ["ca.pem", "no certificate"]),
        (&certificate, &key, Some(not_der), ["ca.pem", "cannot be read"]),
    ] {
        let error = built(certificate, key, client_ca).unwrap_err();
        assert!(parts.iter().all(|part| error.contains(part)), "{parts:?}: {error}");
    }
}
