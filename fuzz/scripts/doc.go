// Package scripts holds the fuzz targets of the script language's front end and
// the scripts that are made to be slow or large to read. Whatever a file says,
// reading it must end, stay within bounds of memory and time that grow with the
// file, and name only places that exist.
package scripts
