"""Ordinary texts with numbers, names and words that look like private data, and private data in unusual forms."""

from __future__ import annotations

import pytest

from winnow.curation.pii.detect import find_pii

INNOCENT = """
shop at target dot com
upgrade kubernetes to 1.27.3.1
figure 1.10.2.3
edit app.py/models.py
asp.net/core
VB.NET/COM
file:///
open file:///home/docs/readme.txt
my api key is base64 encoded
passwords are 8-12 characters long
0000-00-00
calling plan 500 1000 2000 minutes
does openssl 3.0.13.2 fix the bug
chrome 120.0.109.71 crashes
install driver 31.0.15.3623 or 27.21.14.56
the schema of section 4.3.2.1 is unclear
table 12.100.45.101 shows it
is node.js/express faster than next.js/vercel
compare booking.com/expedia prices
amazon.com/ebay.com which is cheaper
import java.util.stream/Collectors
networking.k8s.io/v1 is not found
rbac.authorization.k8s.io/v1beta1 deprecated
pull docker.io/library/nginx:1.25
ghcr.io/owner/image:1.2.3
golang.org/x/net does not build
socket.io/redis adapter
org.apache.commons.io/FileUtils
git clone git@github.com:torvalds/linux.git
my password is too short
my password is incorrect
my password is not working
password is required
the password was changed yesterday
why is my password expired
password must be 8 characters
password: string
what is a password manager
the token is a JWT
my token is invalid
the api key is missing
api key is in config.py
set password to null
the secret is to use less salt
the password is case-sensitive
password is sha256 hashed
token is oauth2 based
the password is 12 characters long
password=os.environ["DB_PASS1"]
password = request.form["password1"]
token = settings.API_TOKEN2
password=$DB_PASS1
input type="password"
{"password": "string"}
api_key="YOUR_API_KEY"
export TOKEN=<your-token-123>
a pin is 4 digits
set gpio pin to 115200 baud
my pin code is 560034
connect led pin to 1024
order 112-1234567-1234567
order number 4532015112830366
tracking number 9400111899223197428490
tracking 1Z999AA10123456784
isbn 978-3-16-148410-0
978-3-16-148410-0 is out of print
ISBN 0-306-40615-2
1920x1080 or 2560 x 1440
a table of 120 x 60 x 75 cm
model 555-1234-5678 printer
flight BA 2490 at 0700 1100 1530
times 10:20:30:40:50:60
numbers 01-02-03-04-05-06
what comes after 2 4 8 16 32 64
100 200 300 400 500
1 000 000 000 rows
10 000 000 users
sort 3 1 4 1 5 9 2 6 5
the year range 1990-2000 2001-2010
open 0900-1700 daily
2024-05-01 10:30:45
on 05.01.2024 at 10.30
from 2024 05 01 to 2024 06 01
timestamp 1700000000000
a budget of 5000-8000 dollars
phones with 5000 6000 mah
compare phones 12 13 14 15
iphone 13 14 15 16 comparison
call me at 5 pm
call function 1000000 times
call 911
text 12345
dial 1-800-FLOWERS
error 0x80070005 0x80004005
commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12
uuid 3f2504e0-4f89-11d3-9a0c-0305e82c3301
mac os 10.15.7.1
std::vector and std::map
a::b::c in rust
de::ad::be::ef
h1::before { color: #ff0000 }
port 8080:80 3306:3306
room 101-102-103
lat 40.712776, long -74.005974
40.712776 -74.005974
rgb 255 255 255
rgb(120, 200, 255)
#ff00ff
price 1299.99 1499.99
$1,200,000.00
upc 036000291452
ean 4006381333931
the part number is 123-45-6789
sku 412-55-1234
zip 12345-6789
vin 1HGCM82633A004352
flight AA1234 to JFK 2024-12-24
confirmation code ABC123XYZ
numpy@1.26.4 and react@18.2.0
@angular/core@17.0.1
actions/checkout@v4
logo@2x.png
x@y
meet at starbucks dot com
look at booking dot com
sign in at gmail dot com
log in at yahoo dot com
can i order at walmart dot com
buy iphone15 at apple dot com
http://localhost:3000/api
https://example.com/test
http://192.168.1.1/admin
chrome://flags
s3://bucket/key
com.example.app/.MainActivity
http://www.w3.org/2001/XMLSchema
postgres://user:password@localhost/db
mysql://root:root@localhost
the ratio is 16:9:4:3
version 2001.4.5.6
windows 10.0.19045.3803
release 23.100.120.1
matrix [1 2 3 4 5 6 7 8]
lottery 05 12 23 34 45 46
account 2023-2024 statement
my account 1000000 points
routing 1000000 packets
driving license 18-year-old rules
passport 10 years validity
my passport expires 2026
bus 401 402 403 404
channel 101 202 303
chapter 1.2.3.4
ipv4 vs ipv6
subnet mask 255.255.255.0
use dns 8.8.8.8
127.0.0.1:8080
what is 0.0.0.0/0
sizes 32 34 36 38 40
in 1776 1812 1861
1-2-3-4-5-6-7
123-456-7890
555-555-5555
call 123-456-7890
serial number 123456789012
model MK-1234-5678-90
lego set 10294 21325 75192
page 123 - 125, 130 - 135
pantone 186 C 2945
calories 2000 2500 3000
hotel 3 nights 2 adults 1 child 24-28 dec
flights 1234 5678 9012
5551234567890123
visa requirements 2024 2025
credit card with 500 1000 2000 limit
visa costs 160 180 200 euros
android 14.0.1.2
error code 500 502 503 504
http 200 301 404 500
iso 27001 9001 14001
rfc 2616 7231 9110
python 3.8 3.9 3.10 3.11 3.12
ubuntu 20.04 22.04 24.04
postgres 12 13 14 15 16
usb 2.0 3.0 3.1 3.2
ieee 802.11 802.3
ratio 1:2:3:4
12.5.8.130 to 12.5.9.0 of the app
what is 12 345 678 in words
the secret ingredient is 7up
his secret is safe2share
the token was 2nd in line
secret santa is 12/24
password is the same as 2023
pass is 2 days valid
day pass: $129
ski pass is 3-day
season pass is 49.99
boarding pass is in wallet2go
my pass was $45
access pass is 12-month
is 1password better than bitwarden
use 1password as my password manager
is lastpass as my password manager ok
see python.org/downloads
docs.python.org/3/library
my case number 123-45-6789
is 000-00-0000 allowed
SIN wave 123 456 782
nif 12
24 36 48 60 months
0-60 in 3.2 seconds
0800 to 1700
0800-1700 hours
007 2015 film
1234567
1234 5678
1234 5678 9012 3456 7890
12/24/2026 12/28/2026
12-24-2026 12-28-2026
24.12.2026-28.12.2026
10-12-2024 14:00
8-10 12-14 16-18
90210-1234
a4 210 297 mm
pin 12 and pin 13
wifi channel 36 40 44 48
meeting id 845 1234 5678
zoom meeting 845 1234 5678
gift card 1000 2000 5000
$4111.11
""".strip().split("\n")


@pytest.mark.parametrize("text", INNOCENT)
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert [(one.entity, text[one.start : one.end]) for one in find_pii(text)] == []


PRIVATE = [
    ("SECRET", "my password is *hunter2*"),
    ("SECRET", "password: *Sunflower!9*"),
    ("SECRET", "the wifi password is *Tr0ub4dor&3*"),
    ("SECRET", 'password is "*swordfish*"'),
    ("SECRET", "my password is *swordfish*"),
    ("SECRET", "the password for the account is *Blue42Monkey*"),
    ("SECRET", "*hunter2* is my password"),
    ("SECRET", "user ann pass *secret99*"),
    ("SECRET", "login is admin / *P@ssw0rd*"),
    ("SECRET", "the passphrase is *correct-horse-battery-staple*"),
    ("SECRET", "use *s3cretPass* as my password"),
    ("SECRET", "DB_PASSWORD=*hunter22*"),
    ("SECRET", 'sent {"password": "*hunter2*"}'),
    ("SECRET", "api key is *8f14e45fceea167a*"),
    ("SECRET", "change the pin on my account to *3892*"),
    ("SECRET", "my otp is *482913*"),
    ("SECRET", "*https://ann:s3cret@jenkins.firm.com* is down"),
    ("EMAIL_ADDRESS", "*john [at] gmail [dot] com*"),
    ("EMAIL_ADDRESS", "*john(at)gmail(dot)com*"),
    ("EMAIL_ADDRESS", "*john AT gmail DOT com*"),
    ("EMAIL_ADDRESS", "mail *john at gmail dot com*"),
    ("EMAIL_ADDRESS", "my email is *ann at firm dot com*"),
    ("EMAIL_ADDRESS", "*ann underscore lee at yahoo dot co dot uk*"),
    ("EMAIL_ADDRESS", "*john @ gmail . com*"),
    ("EMAIL_ADDRESS", "*jane.doe at outlook.com*"),
    ("EMAIL_ADDRESS", "*ann_at_gmail_dot_com*"),
    ("CREDIT_CARD", "*4111.1111.1111.1111*"),
    ("PHONE_NUMBER", "ring *020 7183 8750*"),
    ("IP_ADDRESS", "ping *54.12.3.200*"),
    ("IP_ADDRESS", "ssh root@*86.121.97.248*"),
    ("US_SSN", "my ssn is *460 89 9847*"),
    ("US_BANK_NUMBER", "routing number *021000021*"),
    ("US_DRIVER_LICENSE", "driver's license *D1234567*"),
    ("CRYPTO", "pay *bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq*"),
    ("URL", "*github.com/annlee42/repo* is private"),
    ("URL", "my profile is *linkedin.com/in/ann-lee*"),
    ("URL", "*http://intranet.firm.corp/hr* times out"),
]
"""The value stands between asterisks."""


@pytest.mark.parametrize(("entity", "marked"), PRIVATE)
def test_private_data_in_unusual_forms_is_found_whole(entity: str, marked: str) -> None:
    before, value, after = marked.split("*")
    text = f"{before}{value}{after}"
    assert [(one.entity, text[one.start : one.end]) for one in find_pii(text)] == [(entity, value)]


def test_the_longest_checkable_find_wins() -> None:
    text = "my pin is 4111 1111 1111 1111"
    assert [(one.entity, text[one.start : one.end]) for one in find_pii(text)] == [
        ("CREDIT_CARD", "4111 1111 1111 1111")
    ]
    text = "see https://shop.firm.com/pay?card=4111111111111111"
    assert [(one.entity, one.start) for one in find_pii(text)] == [("URL", 4)]
