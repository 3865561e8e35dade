// Lays the country file beside the built web app, where the build of the program takes it from; it is not served.
import { copyFileSync } from 'node:fs'

const file = 'geo-whois-asn-country.mmdb'
copyFileSync(`node_modules/@ip-location-db/geo-whois-asn-country-mmdb/${file}`, 'dist/countries.mmdb')
