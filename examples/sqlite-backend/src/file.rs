//! The file: what its tables are, and how a connection to it is opened.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use tributary_storage::OpenError;

use crate::failure::open_error;

/// Marks a file as one of this backend, in its header: "Trib".
const APPLICATION_ID: i64 = 0x5472_6962;
/// The version of the tables.
const USER_VERSION: i64 = 1;

/// Every document as it is answered, with its place in the list; and the words by which it is found.
const TABLES: &str = "
    CREATE TABLE latest_change (sequence INTEGER NOT NULL) STRICT;
    INSERT INTO latest_change (sequence) VALUES (0);

    CREATE TABLE documents (
        collection      TEXT NOT NULL,
        id              TEXT NOT NULL,
        sequence        INTEGER NOT NULL,
        rendered        TEXT NOT NULL,
        order_number    INTEGER NOT NULL,
        order_text      TEXT NOT NULL,
        is_deleted      INTEGER NOT NULL,
        held_index_name TEXT UNIQUE,
        PRIMARY KEY (collection, id)
    ) STRICT;
    CREATE INDEX documents_in_order ON documents (collection, order_number, order_text, id);

    CREATE TABLE words (
        collection TEXT NOT NULL,
        id         TEXT NOT NULL,
        field      TEXT NOT NULL,
        word       TEXT NOT NULL,
        PRIMARY KEY (collection, id, field, word)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX words_in_order ON words (collection, field, word, id);
";

/// Opens a connection to a file that has the tables; they are made where it is new.
pub(crate) fn open(file: &Path, busy_timeout: Duration) -> Result<Connection, OpenError> {
    let failed = |error| open_error(file, error);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // An absolute path is a path and nothing else: no `file:` URL, no database in memory.
    let path = std::path::absolute(file).map_err(|error| OpenError::Backend(error.into()))?;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(busy_timeout).map_err(failed)?;
    if connection.is_readonly("main").map_err(failed)? {
        let folder = file.display().to_string();
        return Err(OpenError::PermissionDenied { action: "write the file".to_owned(), folder });
    }
    // One transaction, since another process may make the tables between two looks.
    let found = connection.transaction().and_then(|moment| owner(&moment));
    match found.map_err(failed)? {
        Owner::Nobody | Owner::ThisBackend => {}
        Owner::Another(what) => {
            return Err(OpenError::Unsuitable(format!("the file {} {what}", file.display())));
        }
    }
    switch_to_wal(&connection, busy_timeout).map_err(failed)?;
    prepare(&mut connection).map_err(failed)?;
    Ok(connection)
}

/// Whose tables are in a file.
enum Owner {
    Nobody,
    ThisBackend,
    Another(&'static str),
}

fn owner(moment: &Transaction<'_>) -> rusqlite::Result<Owner> {
    let pragma = |name| moment.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 = moment.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    Ok(match (pragma("application_id")?, pragma("user_version")?, tables) {
        (APPLICATION_ID, USER_VERSION, _) => Owner::ThisBackend,
        (APPLICATION_ID, ..) => Owner::Another("was written by another version of this program"),
        (0, 0, 0) => Owner::Nobody,
        _ => Owner::Another("belongs to another program"),
    })
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

/// Has every change on the disk before it is acknowledged, and makes the tables where there are none.
fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Two processes may find the same new file: the second one waits here, and finds the tables.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if matches!(owner(&transaction)?, Owner::Nobody) {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", USER_VERSION)?;
    }
    transaction.commit()
}
