//! TLS: one configuration for everything that this process connects to.
//!
//! The root certificates come from one file, the bundle of the operating system. Libraries read it and then every file of
//! a folder as well, hundreds of them, which took longer than all the rest of a function's start
//! (docs/decisions/0040-one-http-client-for-aws.md).

use std::{
    fs, io,
    path::Path,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::config::{ConfigError, optional};

/// Names another file, as for `OpenSSL` and what is built on it.
const FILE_VARIABLE: &str = "SSL_CERT_FILE";

/// Where operating systems keep the bundle.
const BUNDLES: [&str; 4] = [
    // Amazon Linux (Lambda's own), Fedora
    "/etc/pki/tls/certs/ca-bundle.crt",
    // Debian, Ubuntu
    "/etc/ssl/certs/ca-certificates.crt",
    // Alpine, macOS
    "/etc/ssl/cert.pem",
    // openSUSE
    "/etc/ssl/ca-bundle.pem",
];

/// The configuration, with the roots of the file that `SSL_CERT_FILE` names, else of the first bundle that is there. It is
/// made once; clones share all that is large.
pub fn client_config() -> Result<ClientConfig, ConfigError> {
    static SHARED: OnceLock<ClientConfig> = OnceLock::new();
    if let Some(config) = SHARED.get() {
        return Ok(config.clone());
    }
    let roots = match optional(FILE_VARIABLE) {
        Some(file) => roots_named(file)?,
        None => roots_of_first(&BUNDLES)?,
    };
    Ok(SHARED.get_or_init(|| trusting(roots)).clone())
}

fn trusting(roots: RootCertStore) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider())).with_safe_default_protocol_versions();
    let builder = builder.expect("the provider has suites of all versions");
    builder.with_root_certificates(roots).with_no_client_auth()
}

/// For clients of reqwest that are made without a configuration, in tests and by the local stack: what they connect to has
/// no TLS, but they are not made without a provider of it. To do this again changes nothing.
pub fn install_provider() {
    // An error says that there is one.
    let _ = provider().install_default();
}

/// Not aws-lc, the default of rustls: docs/decisions/0042-ring-for-tls.md.
fn provider() -> CryptoProvider {
    ring::default_provider()
}

fn roots_named(file: String) -> Result<RootCertStore, ConfigError> {
    let roots = read(Path::new(&file)).ok().filter(|roots| !roots.is_empty());
    let expected = "the path of a readable file of certificates in PEM form";
    roots.ok_or(ConfigError::Invalid { name: FILE_VARIABLE, value: file, expected })
}

fn roots_of_first(bundles: &[&str]) -> Result<RootCertStore, ConfigError> {
    let read = |file: &&str| read(Path::new(file)).ok().filter(|roots| !roots.is_empty());
    bundles.iter().find_map(read).ok_or_else(|| ConfigError::NoRootCertificates(bundles.join(", ")))
}

/// Certificates that cannot be read are left out, as everywhere: bundles have had some of old forms.
fn read(file: &Path) -> io::Result<RootCertStore> {
    let pem = fs::read(file)?;
    let certificates = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use tempfile::NamedTempFile;

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn path(file: &NamedTempFile) -> String {
        file.path().to_str().unwrap().to_owned()
    }

    /// A bundle of two certificates, one of them cut off.
    fn bundle() -> NamedTempFile {
        let root = rcgen::generate_simple_self_signed(["root.test".to_owned()]).unwrap().cert.pem();
        file(&format!("# Root\n{root}\n{}", &root[..root.len() / 2]))
    }

    #[test]
    fn the_roots_are_those_of_the_first_bundle_that_has_any() {
        let (empty, bundle) = (file("no certificate\n"), bundle());
        let roots = roots_of_first(&["/not/there", &path(&empty), &path(&bundle)]).unwrap();
        assert_eq!(roots.len(), 1);
    }

    #[test]
    fn without_any_bundle_the_error_says_where_it_was_looked_for_and_what_to_do() {
        let error = roots_of_first(&["/not/there", "/nor/there"]).unwrap_err();
        let expected = "no root certificates: none of /not/there, /nor/there holds any; set SSL_CERT_FILE";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_file_that_the_environment_names_must_hold_certificates() {
        let (empty, bundle) = (file(""), bundle());
        assert_eq!(roots_named(path(&bundle)).unwrap().len(), 1);
        for wrong in ["/not/there".to_owned(), path(&empty)] {
            let error = roots_named(wrong.clone()).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("the environment variable SSL_CERT_FILE is {wrong:?}; it is ")),
                "{error}"
            );
        }
    }

    #[test]
    fn clones_of_the_configuration_share_the_roots() {
        // Everywhere where this is developed there is a bundle.
        let (first, second) = (client_config().unwrap(), client_config().unwrap());
        assert!(Arc::ptr_eq(first.crypto_provider(), second.crypto_provider()));
    }
}
