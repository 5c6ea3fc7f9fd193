/// What operators set and read: the same from Apache and from Banyan.
package io.banyan.e2e.operate;
