//! The file: what its tables are, and how a connection to it is opened.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, ffi};
use tributary_domain::Collection;
use tributary_storage::OpenError;

use crate::derived::derive_where_schemas_differ;
use crate::failure::{Failure, open_error};

/// Marks a file as one of this backend, in its header: "Trib".
const APPLICATION_ID: i64 = 0x5472_6962;
/// The version of the tables.
const USER_VERSION: i64 = 2;
/// The version before, whose documents are taken over.
const EARLIER_USER_VERSION: i64 = 1;

/// Every document as it is answered, and what is derived from it by the schema of its collection. A value is an integer
/// or a text; one table holds both, since SQLite keeps and compares them by their own types.
const TABLES: &str = "
    CREATE TABLE store (file_id TEXT NOT NULL, latest_sequence INTEGER NOT NULL) STRICT;
    INSERT INTO store (file_id, latest_sequence) VALUES (lower(hex(randomblob(16))), 0);

    CREATE TABLE schemas (collection TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT;

    CREATE TABLE documents (
        collection  TEXT NOT NULL,
        id          TEXT NOT NULL,
        sequence    INTEGER NOT NULL,
        rendered    TEXT NOT NULL,
        order_value ANY NOT NULL,
        unique_word TEXT,
        PRIMARY KEY (collection, id)
    ) STRICT;
    CREATE INDEX documents_in_order ON documents (collection, order_value, id);
    CREATE INDEX documents_by_sequence ON documents (sequence);
    CREATE INDEX documents_by_unique_word ON documents (collection, unique_word);

    CREATE TABLE field_values (
        collection TEXT NOT NULL,
        id         TEXT NOT NULL,
        field      TEXT NOT NULL,
        value      ANY NOT NULL,
        PRIMARY KEY (collection, id, field, value)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX field_values_in_order ON field_values (collection, field, value, id);

    CREATE TABLE deletions (
        sequence    INTEGER PRIMARY KEY,
        collection  TEXT NOT NULL,
        id          TEXT NOT NULL,
        last_values TEXT
    ) STRICT;
";

/// Files of this version may have been made before this table was there.
const MOVES: &str = "
    CREATE TABLE IF NOT EXISTS moves (
        sequence   INTEGER NOT NULL,
        collection TEXT NOT NULL,
        id         TEXT NOT NULL,
        field      TEXT NOT NULL,
        value      ANY,
        PRIMARY KEY (collection, id, field, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS moves_by_sequence ON moves (sequence);
";

/// Makes room for the tables of this version in a file of the earlier one.
const PUT_EARLIER_ASIDE: &str = "
    ALTER TABLE documents RENAME TO earlier_documents;
    DROP INDEX documents_in_order;
    DROP TABLE words;
";

/// Takes over the documents of the earlier version; everything else is derived from them.
const TAKE_OVER_EARLIER: &str = "
    UPDATE store SET latest_sequence = (SELECT sequence FROM latest_change);
    INSERT INTO documents (collection, id, sequence, rendered, order_value)
        SELECT collection, id, sequence, rendered, x'' FROM earlier_documents;
    DROP TABLE earlier_documents;
    DROP TABLE latest_change;
";

/// Brings a file of this version up to date that was made before deletions told what was deleted. The version stays:
/// programs that do not know the column may still have the file open, and what they delete is reported without it.
const ADD_LAST_VALUES: &str = "ALTER TABLE deletions ADD COLUMN last_values TEXT";

/// Opens a connection to a file that has the tables, with everything derived by the schemas of these collections.
pub(crate) fn open(
    file: &Path,
    collections: &[Collection],
    busy_timeout: Duration,
) -> Result<Connection, OpenError> {
    // An absolute path is a path and nothing else: no `file:` URL, no database in memory.
    let path = std::path::absolute(file).map_err(|error| OpenError::Backend(error.into()))?;
    connect(&path, collections, busy_timeout).map_err(|failure| open_error(file, failure))
}

fn connect(path: &Path, collections: &[Collection], busy_timeout: Duration) -> Result<Connection, Failure> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    if connection.is_readonly("main")? {
        // What SQLite says at the first change.
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY), None).into());
    }
    // A file of somebody else stays as it is. One transaction, since another process may make the tables between two
    // looks.
    owner(&connection.transaction()?)?;
    switch_to_wal(&connection, busy_timeout)?;
    // Every change is on the disk before it is acknowledged.
    connection.pragma_update(None, "synchronous", "FULL")?;
    prepare(&mut connection, collections)?;
    Ok(connection)
}

/// Whose tables are in a file.
enum Owner {
    Nobody,
    EarlierVersion,
    ThisVersion,
}

fn owner(moment: &Transaction<'_>) -> Result<Owner, Failure> {
    let pragma = |name| moment.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 = moment.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    match (pragma("application_id")?, pragma("user_version")?, tables) {
        (APPLICATION_ID, USER_VERSION, _) => Ok(Owner::ThisVersion),
        (APPLICATION_ID, EARLIER_USER_VERSION, _) => Ok(Owner::EarlierVersion),
        (APPLICATION_ID, ..) => Err(Failure::Foreign("was written by another version of this program")),
        (0, 0, 0) => Ok(Owner::Nobody),
        _ => Err(Failure::Foreign("belongs to another program")),
    }
}

/// Lets readers go on while somebody writes. For this step alone SQLite does not wait by itself.
fn switch_to_wal(connection: &Connection, busy_timeout: Duration) -> rusqlite::Result<()> {
    let start = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < busy_timeout =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

/// Brings the tables to the state of this program.
fn prepare(connection: &mut Connection, collections: &[Collection]) -> Result<(), Failure> {
    // Two processes may open the same file: the second one waits here, and finds everything done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables = match owner(&transaction)? {
        Owner::Nobody => TABLES.to_owned(),
        Owner::EarlierVersion => [PUT_EARLIER_ASIDE, TABLES, TAKE_OVER_EARLIER].concat(),
        Owner::ThisVersion => String::new(),
    };
    if !tables.is_empty() {
        transaction.execute_batch(&tables)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", USER_VERSION)?;
    }
    transaction.execute_batch(MOVES)?;
    if !transaction.column_exists(None, "deletions", "last_values")? {
        transaction.execute_batch(ADD_LAST_VALUES)?;
    }
    derive_where_schemas_differ(&transaction, collections)?;
    Ok(transaction.commit()?)
}
