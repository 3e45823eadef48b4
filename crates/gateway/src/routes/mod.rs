//! The endpoints of the gateway: one file per operation.

mod license;

use tributary_api::Endpoint;

/// Every endpoint of the gateway, in the order of the documentation.
pub const ENDPOINTS: &[&Endpoint] = &[&license::ENDPOINT];

// Fails to compile if an endpoint lacks something that no base can provide.
const _: () = {
    let mut place = 0;
    while place < ENDPOINTS.len() {
        ENDPOINTS[place].check_declaration();
        place += 1;
    }
};
