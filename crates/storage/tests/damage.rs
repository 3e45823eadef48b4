//! Whatever happens to the files of an embedded store, it opens completely or reports an error.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tributary_domain::{Document, Id, Query};
use tributary_storage::{Collection, Deadline, OpenError, Page, Registry, Store, StoreExt as _, Version};

const DATABASE: &str = "tributary.redb";
const MARK: &str = "acknowledged";
const JOBS: usize = 60;
const CONNECTORS: usize = 4;
const PAGE: usize = 4096;

async fn open_at(folder: &Path) -> Result<Arc<dyn Store>, OpenError> {
    Registry::with_built_in().open(&format!("embedded:{}", folder.display())).await
}

fn id(text: &str) -> Id {
    Id::parse("id", text).unwrap()
}

/// The text to find in the file: it identifies a document and its generation.
fn marker(name: &str, generation: u32) -> String {
    format!("<{name}, generation {generation}>")
}

fn document(name: &str, generation: u32) -> Document {
    let (marker, rest) = (marker(name, generation), "abcdefgh".repeat(1 + name.len() * 37 % 100));
    let text = format!(r#"{{"created_at":"2026-01-01T00:00:00Z","marker":"{marker}","rest":"{rest}"}}"#);
    Document::parse(&text).unwrap()
}

/// The complete visible content of a store: both lists, and every document with its version.
#[derive(Debug, PartialEq)]
struct Everything {
    sync_jobs: Vec<Bytes>,
    connectors: Vec<Bytes>,
    documents: BTreeMap<(Collection, String), (Version, Bytes)>,
}

async fn everything(store: &dyn Store) -> Everything {
    let list =
        async |collection| store.list(&Query::of(collection).page(0, 10_000), Deadline::NONE).await.unwrap();
    let sync_jobs = list(Collection::SYNC_JOBS).await;
    assert_eq!(sync_jobs.count, sync_jobs.documents.len() as u64);
    let connectors = list(Collection::CONNECTORS).await;
    let names = (0..JOBS).map(|number| (Collection::SYNC_JOBS, format!("job-{number}")));
    let names = names.chain((0..CONNECTORS).map(|number| (Collection::CONNECTORS, format!("c-{number}"))));
    let mut documents = BTreeMap::new();
    for (collection, name) in names {
        if let Ok(found) = store.get(collection, &id(&name)).await {
            documents.insert((collection, name), (found.version, found.document));
        }
    }
    let owned = |page: Page| page.documents.iter().map(Bytes::copy_from_slice).collect();
    Everything { sync_jobs: owned(sync_jobs), connectors: owned(connectors), documents }
}

/// The files of a store with changed and deleted documents, its content, and the markers of its documents. It was
/// closed, or copied while open as after a kill.
struct Original {
    files: BTreeMap<String, Vec<u8>>,
    before: Everything,
    live: Vec<String>,
}

impl Original {
    async fn new(closed: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open_at(folder.path()).await.unwrap();
        let mut live = Vec::new();
        for number in 0..CONNECTORS {
            let name = format!("c-{number}");
            store.create(Collection::CONNECTORS, &id(&name), document(&name, 0)).await.unwrap();
            live.push(marker(&name, 0));
        }
        for number in 0..JOBS {
            let name = format!("job-{number}");
            let version = store.create(Collection::SYNC_JOBS, &id(&name), document(&name, 0)).await.unwrap();
            match number % 3 {
                0 => live.push(marker(&name, 0)),
                1 => {
                    let next = document(&name, 1);
                    store.replace(Collection::SYNC_JOBS, &id(&name), version, next).await.unwrap();
                    live.push(marker(&name, 1));
                }
                _ => store.delete(Collection::SYNC_JOBS, &id(&name), version).await.unwrap(),
            }
        }
        let before = everything(&*store).await;
        if closed {
            store.close().await.unwrap();
        }
        let files = fs::read_dir(folder.path()).unwrap().map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        });
        Self { files: files.collect(), before, live }
    }

    fn database(&self) -> &[u8] {
        &self.files[DATABASE]
    }

    /// Opens the files, one of them corrupted (`None`: removed). Returns whether an error was reported; if not, the
    /// content must be unchanged, also after a further change and another opening.
    async fn told(&self, case: &str, file: &str, damage: impl FnOnce(&mut Vec<u8>)) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let mut damaged = self.files[file].clone();
        damage(&mut damaged);
        for (name, content) in &self.files {
            fs::write(folder.path().join(name), if name == file { &damaged } else { content }).unwrap();
        }
        match open_at(folder.path()).await {
            Ok(store) => {
                assert_eq!(everything(&*store).await, self.before, "{case}");
                let new = id("new");
                let version = store.create(Collection::SYNC_JOBS, &new, document("new", 0)).await.unwrap();
                store.delete(Collection::SYNC_JOBS, &new, version).await.unwrap();
                store.close().await.unwrap();
                let store = open_at(folder.path()).await.unwrap_or_else(|error| panic!("{case}: {error}"));
                assert_eq!(everything(&*store).await, self.before, "{case}");
                false
            }
            Err(OpenError::Damaged { folder: named, .. }) => {
                assert_eq!(named, folder.path().display().to_string(), "{case}");
                assert!(fs::read(folder.path().join(file)).unwrap() == damaged, "{case}: it was changed");
                true
            }
            Err(other) => panic!("{case}: {other}"),
        }
    }
}

/// A document is in the file once, and possibly in free pages as well, which are not read.
#[tokio::test]
async fn a_byte_of_any_document() {
    for closed in [true, false] {
        let original = Original::new(closed).await;
        for live in &original.live {
            let places = original.database().windows(live.len()).enumerate();
            let places: Vec<_> =
                places.filter(|(_, text)| *text == live.as_bytes()).map(|(place, _)| place).collect();
            let mut told = 0;
            for place in places {
                let case = format!("{live} at {place}");
                told += u32::from(original.told(&case, DATABASE, |bytes| bytes[place + 2] ^= 1).await);
            }
            assert_eq!(told, 1, "{live}");
        }
    }
}

#[tokio::test]
async fn a_bit_of_the_head() {
    let original = Original::new(false).await;
    let mut told = 0;
    for place in (0..320).step_by(3) {
        let bit = 1 << (place % 8);
        let case = format!("bit {bit} of byte {place}");
        told += u32::from(original.told(&case, DATABASE, |bytes| bytes[place] ^= bit).await);
    }
    assert!(told > 10, "{told}");
    // The file format version, in both places.
    for (place, bit) in [(64, 1), (64, 2), (64, 4), (192, 1), (192, 2), (192, 4)] {
        original.told("the format", DATABASE, |bytes| bytes[place] ^= bit).await;
    }
}

#[tokio::test]
async fn a_page() {
    let original = Original::new(true).await;
    let mut told = 0;
    for page in 0..original.database().len() / PAGE {
        let start = page * PAGE;
        let case = format!("page {page} is zero");
        told += u32::from(original.told(&case, DATABASE, |bytes| bytes[start..start + PAGE].fill(0)).await);
        let case = format!("page {page} is of another kind");
        told += u32::from(original.told(&case, DATABASE, |bytes| bytes[start] ^= 3).await);
    }
    assert!(told > 20, "{told}");
}

#[tokio::test]
async fn the_length() {
    for closed in [true, false] {
        let original = Original::new(closed).await;
        let length = original.database().len();
        let rest = (0..length).step_by(length / 40).chain([1, 64, 320, 511, 512, 4095, 4096, length - 1]);
        for kept in rest {
            let told = original.told(&format!("{kept} bytes"), DATABASE, |bytes| bytes.truncate(kept)).await;
            assert!(told || (!closed && kept > length / 2), "{kept} of {length} bytes");
        }
        for more in [1, 512, PAGE, 1 << 20] {
            original.told(&format!("{more} more"), DATABASE, |bytes| bytes.resize(length + more, 0x5A)).await;
        }
    }
}

#[tokio::test]
async fn the_mark() {
    let original = Original::new(true).await;
    for place in 0..original.files[MARK].len() {
        assert!(original.told(&format!("byte {place}"), MARK, |bytes| bytes[place] ^= 0x10).await);
        assert!(original.told(&format!("{place} bytes"), MARK, |bytes| bytes.truncate(place)).await);
    }
    assert!(original.told("one more", MARK, |bytes| bytes.push(0)).await);
}

/// The content of the file `lock` has no meaning.
#[tokio::test]
async fn the_lock() {
    let original = Original::new(true).await;
    assert!(!original.told("text", "lock", |bytes| bytes.extend_from_slice(b"no lock")).await);
}

#[tokio::test]
async fn an_earlier_database_put_back_and_a_missing_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path()).await.unwrap();
    store.create(Collection::SYNC_JOBS, &id("first"), document("first", 0)).await.unwrap();
    store.close().await.unwrap();
    let database = folder.path().join(DATABASE);
    let earlier = fs::read(&database).unwrap();
    let store = open_at(folder.path()).await.unwrap();
    store.create(Collection::SYNC_JOBS, &id("second"), document("second", 0)).await.unwrap();
    store.close().await.unwrap();

    fs::write(&database, earlier).unwrap();
    assert!(matches!(open_at(folder.path()).await, Err(OpenError::Damaged { .. })));
    fs::remove_file(&database).unwrap();
    assert!(matches!(open_at(folder.path()).await, Err(OpenError::Damaged { .. })));
    assert!(!database.exists(), "a lost database was replaced by an empty one");
}
