//! The released service, with the built-in stores.

use std::process::ExitCode;

use tributary_storage::Registry;

// For many documents of a kilobyte from many threads, the system's allocator retains more memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    tributary_server::run(std::env::args_os(), &Registry::with_built_in()).await
}
