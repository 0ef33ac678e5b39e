<?php
// An address book on sabre/dav, for PHP's own server: ann, whose password is "secret" and is asked for by Digest,
// has one book, contacts. CALLBOOK_SABRE names the folder with vendor/autoload.php, and CALLBOOK_SABRE_BOOK the file
// of the database, which is made on the first request.

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', '0');
$vendor = getenv('CALLBOOK_SABRE') . '/vendor';
require "$vendor/autoload.php";

$file = getenv('CALLBOOK_SABRE_BOOK');
$is_new = !file_exists($file);
$book = new PDO("sqlite:$file");
$book->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
if ($is_new) {
    $book->exec('
        CREATE TABLE principals (id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, email TEXT, displayname TEXT);
        CREATE TABLE groupmembers (id INTEGER PRIMARY KEY, principal_id INTEGER NOT NULL, member_id INTEGER NOT NULL);
        CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, digesta1 TEXT NOT NULL);
        CREATE TABLE addressbooks (id INTEGER PRIMARY KEY, principaluri TEXT NOT NULL, displayname TEXT,
            uri TEXT NOT NULL, description TEXT, synctoken INTEGER NOT NULL DEFAULT 1, UNIQUE (principaluri, uri));
        CREATE TABLE cards (id INTEGER PRIMARY KEY, addressbookid INTEGER NOT NULL, carddata BLOB, uri TEXT NOT NULL,
            lastmodified INTEGER, etag TEXT, size INTEGER, UNIQUE (addressbookid, uri));
        CREATE TABLE addressbookchanges (id INTEGER PRIMARY KEY, uri TEXT, synctoken INTEGER NOT NULL,
            addressbookid INTEGER NOT NULL, operation INTEGER NOT NULL);
        CREATE INDEX addressbookid_synctoken ON addressbookchanges (addressbookid, synctoken);
    ');
    $known = md5('ann:SabreDAV:secret');
    $book->exec("INSERT INTO users (username, digesta1) VALUES ('ann', '$known')");
    $book->exec("INSERT INTO principals (uri, displayname) VALUES ('principals/ann', 'Ann')");
    $cards = new Sabre\CardDAV\Backend\PDO($book);
    $cards->createAddressBook('principals/ann', 'contacts', ['{DAV:}displayname' => 'Contacts']);
}

$people = new Sabre\DAVACL\PrincipalBackend\PDO($book);
$cards = new Sabre\CardDAV\Backend\PDO($book);
$server = new Sabre\DAV\Server([
    new Sabre\DAVACL\PrincipalCollection($people),
    new Sabre\CardDAV\AddressBookRoot($people, $cards),
]);
$server->setBaseUri('/');
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new Sabre\DAV\Auth\Backend\PDO($book)));
$server->addPlugin(new Sabre\DAVACL\Plugin());
$server->addPlugin(new Sabre\CardDAV\Plugin());
$server->addPlugin(new Sabre\DAV\Sync\Plugin());
$server->start();
