/// JSON as the door reads and writes it: null is left out, unknown fields are passed over, fields
/// keep their order, so that equal values are equal bytes.
@NullMarked
package io.banyan.nacos.json;

import org.jspecify.annotations.NullMarked;
