"""Ordinary texts with numbers, names and words that look like private data, and private data in unusual forms."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import phonenumbers
import pytest

from winnow.curation.pii.detect import find_pii
from winnow.curation.pii.phone_numbers import (
    MAX_UNRECOGNIZED,
    PHONE_REGIONS,
    _has_national_grouping,
    _may_be_national,
)

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
why does pip install torch==2.3.1.1 fail
upgrade terraform provider to 5.31.0.2
bump jenkins from 2.426.3.1 to 2.440.1.2
is postgres 16.2.1.0 backwards compatible
my nginx runs 1.25.4.1 on ubuntu 22.04
the app version is 112.0.5615.121
fix CVE-2024-3094 in xz 5.6.0.1
see figure 3.12.4.1 in the manual
follow step 2.1.3.4 please
in paragraph 10.20.30.40 of the contract
exhibit 12.14.16.18
requirement 4.2.1.3 is ambiguous
open views.py/forms.py in the editor
diff main.rs/lib.rs
rename index.md/readme.md
run setup.sh/install.sh first
compile main.cc/util.cc
ado.net/entity framework
ml.net/pytorch comparison
F#/VB.net/C# interop
json.net/newtonsoft vs system.text.json
paint.net/gimp plugins
file:///c:/users/public/docs
file:///etc/hosts is empty
where is file:///tmp/output.log
vscode://settings
about:blank and chrome://net-internals
my secret key is 32 bytes long
access token is short-lived
my token is expired since 2 days
the api key was rotated last week
an api key is required for v2 endpoints
the password is stored as sha-512
are passwords hashed with bcrypt12
passwords were leaked in 2019
my password is only 6 characters
password length is 16-64
new password must contain 1 uppercase
password policy is 90 days
is password1 a weak password
the secret is out
the secret to 5-star reviews
the api key is in .env.local
token is stored in localStorage
token = getToken()
token: ${{ secrets.GITHUB_TOKEN }}
password: {{ vault_pass_2 }}
PASSWORD=changeme
my passphrase is 5 words
set the default pin to 4 digits
date is 0000-00-00 in mysql
0000-00-00 00:00:00
1970-01-01 to 1999-12-31
invoice date 31-12-2023
booking 12 05 2025 to 19 05 2025
from 2025-06-01 until 2025-06-14 for 2 adults
plan with 300 600 900 texts
prepaid plan 1000 2000 3000 mb
data plans 10 20 50 100 gb
call rates 200 400 800 minutes
compare 500 1000 1500 calling minutes
phone plan for 1000 2000 minutes
order number 407-1234567-7654321
order #100-200-3000
my order 8301234567 is late
parcel 00340434161094042557
tracking number 420902109405511899223197428490
item 1234-5678-9012-3456 out of stock
sku 9781-4567-2345
reference 2024-1234-5678
flight LH 400 12 345 6789
seat 12A 14B 15C
hotel from 120 to 180 euros for 3 nights
tickets 2 x 49.90 = 99.80
tv 55 65 75 inch
shoe size 40 41 42 43 44
paper 210x297 or 297x420 mm
couch 220 x 95 x 85 cm
laptop 15.6 1920 1080 144hz
rtx 3060 3070 3080 3090 comparison
iphone 11 12 13 14 15
ryzen 5 5600 7 5800 9 5900
i5-12400 vs i7-12700
galaxy s21 s22 s23
pixel 6 7 8 9
windows 95 98 2000 7 8 10 11
add 1234567 and 7654321
what is 123456789 times 987654321
convert 10000000 vnd to usd
is 2147483647 the max int
4294967296 is 2^32
9007199254740991 is max safe integer
3.14159265358979
6.02214076e23
fibonacci 1 1 2 3 5 8 13 21
primes 2 3 5 7 11 13 17 19 23
1,000,000,000 rows
100.000.000 vnd
ratio 16 9 21 9
192.168.0.0/16 and 10.0.0.0/8
ping localhost or 127.0.0.1
listen on 0.0.0.0:8080
ports 22 80 443 8080 8443
error 1045 28000 in mysql
http codes 301 302 307 308
exit codes 126 127 128 130
0x7fff5fbff8c0 segfault
md5 d41d8cd98f00b204e9800998ecf8427e
sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709
revert commit 9fceb02d0ae598e95dc970b74767f19372d61af8
docker image sha256:4c1a2d9f
guid {21EC2020-3AEA-4069-A2DD-08002B30309D}
isbn 9780131103627
ISBN-13: 978-0-13-110362-7
isbn 0131103628
issn 2049-3630
doi 10.1000/182
arxiv 2103.00020
imei 490154203237518 on my phone
upc 012345678905
mac address format aa-bb-cc-dd-ee-ff
color #a1b2c3 #d4e5f6
unix time 1609459200
1609459200000 ms
cron 0 12 * * 1-5
lat 48.8584 lon 2.2945
48.8584, 2.2945
bus 12 at 10:15 10:45 11:15
train 08:15-12:40
gate opens 0830 closes 0900
check in 1400 check out 1100
visit target dot com
buy it at ikea dot com
book at hotels dot com
i found it at ebay dot com
stay at airbnb dot com
the sale at macys dot com
look for shoes at nike.com
search at google.com
what is new at apple.com
return items at zara.com
sign up at netflix dot com
i work at google dot com
ask at reddit dot com
check mail at outlook.com
email support at amazon dot com
sign me up at spotify dot com
log on at hotmail dot com
price at best buy dot com
npm i @types/node@20.1.2
yarn add vue@3.4.21
go get github.com/gin-gonic/gin@v1.9.1
import github.com/stretchr/testify/assert
from sklearn.linear_model/base import x
java.net/http client
com.google.android/maps crash
what is at&t.com/support
walmart.com/costco membership
expedia.com/kayak/booking comparison
uber/lyft
tcp/ip 4/6
and/or 24/7
w3schools.com/html
example.com/login
www.example.org/path?x=1
http://foo.example/bar
mailto:user@example.com
name@company.com format
user@domain.com is a placeholder
what does user@localhost mean
root@localhost:/#
postgres://postgres:postgres@db:5432/app
mysql://user:pass@localhost:3306/db
redis://:password@localhost:6379
mongodb://username:password@host/db
AKIAIOSFODNN7EXAMPLE
Authorization: Bearer <token>
Authorization: Bearer YOUR_TOKEN_HERE_1234
curl -u user:password https://api.example.com
sk-... is the prefix of openai keys
ghp_ prefix meaning
the AC for 12000 btu
the visa card costs 120 150 200
credit card limit 5000 10000 15000
gift cards 25 50 100 200
card games 52 54 108 cards
card number has 16 digits
visa 2023 2024 2025 fees
4000 8000 12000 16000 btu
account 401k 2024 2025
account for 2 3 4 users
account opened 2019-2020
account 12 months free
my account balance 1234.56
social security 2024 2025 cola
ssn format xxx-xx-xxxx
what does 123-45-6789 look like
passport 2024 fees
passport valid 6 months
drivers license renewal 2024
driver license class 5 6 7
nhs waiting 18 weeks
tax id 12
dob 01/02/1990
age 25-34 35-44 45-54
scores 1200 1300 1400
gre 160 165 170
route 66 101 280
highway 101 280 880
zip 94103 94107
postal code 110001
bitcoin at 65000 70000
1 btc 2 eth
room 1204 1205 1206
call 1-800 number
call extension 1234
text me in 10 minutes
phone number has 10 digits
reach level 10 20 30 40
contact lens -2.25 -3.50
dial up 56k 28800 14400
text size 12 14 16 18 20
fax machine model 2840 2940
mobile 5000mah 10000mah
cell a1 b2 c3
cell 10 20 30 40 50 60 70
whatsapp group limit 256 512 1024
sms limit 160 306 459
desk 120 140 160 180
call center 24 7 365
1-2 3-4 5-6 7-8
7 8 9 10 11 12
10-20-30-40
001-002-003
section 8 9 10
90 60 90
1 cup = 236.588 ml
120/80 130/85 blood pressure
2x4 2x6 2x8
m8 x 1.25 x 50
205/55 R16 225/45 R17
3000 x 4000 px
8k 7680 4320
kernel 6.8.0-31-generic
gcc 13.2.0-23ubuntu4
cuda 12.4.131 driver 550.54.15
node 20.11.1 npm 10.2.4
openjdk 17.0.10.7
build 19045.4170
office 16.0.17328.20162
teams 24033.811.2738.2546
edge 122.0.2365.92
zoom 5.17.11.34827
android 13.0.0.1
ios 17.4.1
firmware 7.00.01.03
bios f.22 1.18.0.0
steamos 3.5.7.20
esp-idf 5.2.1.0
oracle 19.3.0.0.0
sql server 15.0.2000.5
exchange 15.2.1118.7
.net 8.0.2.24120
server 2.4.58.1 crashes
vmware 8.0.2.00300
asterisk 20.6.0.1
my password is up-to-date
the password is end-to-end encrypted
is ip68 as my phone rating enough
use sha256 as my password hash
is b2b as our login pass enough
the token is 100000 rows long
is sin 30 the same as cos 60
the 4-2-1 rule
my password is "too weak"
+49 as a prefix
1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 is mistyped
is x = 415-867-2671 negative
the routing number 021000022 is refused
DE88370400440532013000 has a typo
the contact lists 978-0-13-110362-7
what is the password for wifi at starbucks
i need a password reset for user1234
reset password for account 5
my user id is 12345678
customer number 87654321
member id 1234567890
my frequent flyer number is 123456789
booking reference ABC123 for flight 1234
gate code is 4512
the door code is 4512#
promo code is SAVE20NOW
coupon code: SUMMER25
discount code is WELCOME10
use code SPRING2024 at checkout
the security code for the door is 3 digits
error code is 0x8007
country code is +49
dial code +353
area code 415
exit code is 137
qr code is 2048 bits
my promo token is free
session token has 30 minutes
secret is stored in k8s
client secret expires in 24h
set JWT secret to a 256-bit value
rotate api keys every 90 days
token limit is 128000
max token is 4096
token: 4096 tokens
context window of token is 200000 tokens
license key is MIT
license key: GPL-3.0
my api key is free tier v2
api key is 32chars
api key is v1beta1
access key is alt+shift+1
private key is id_rsa2
ssh key is ed25519
auth token is x509v3
key is ctrl+alt+del1
the passport office opens 0900
credit card ending 4242
my card ends with 1234
card number ending in 9876
visa gift card $25 $50 $100
amex points 150000 200000
transfer 50000 to savings account 2
account ending 5678
iban starts with DE89
swift DEUTDEFF500
flight from 10:30 to 14:45 on 12.06
trip 12.06.-18.06.2025
between 2025-01-01 and 2025-12-31 for 2-4 people
hotels under 100-150 euros
100-150-200 usd
size 10-12-14
bra 34b 36c
jeans 32x34 34x36
lens 24-70 70-200 100-400
4-6-8 hours
sunday 11-12-1
win 10 21h2 19044.1288
macbook air 13.6 2560x1664
ssd 1tb 2tb 4tb
ram 16 32 64 gb
model xps 13 9310 9320
dell 7490 5490 3490
thinkpad t480 t490 t14
lenovo 81yk00gyus
part wd40efrx-68n32n0
asin B08N5WRWNW
asin: B07XJ8C8F5
sku AB123456C
ean: 5901234123457
gtin 00012345600012
5901234123457 is not found
upc code 012345678905
imei 356938035643809
serial C02XK1YYJGH5
fcc id BCG-E2946A
order id 12345678Z
ticket S1234567D
case A123456(3)
postcode SW1A 1AA
plate AB12 CDE
vat GB999999973
company number 12345678
isin US0378331005
cusip 037833100
ticker BRK.B 3.5
zone 10.5.4.3 of the map
bug 1.2.3.4 regression
libc6 2.35-0ubuntu3.6
1.8.0_392
jdk1.8.0.392
openssl-3.0.13.2
ffmpeg 6.1.1.2
v1.27.3.1
k8s v1.29.0.1
game update 1.20.80.05
minecraft 1.20.51.01
firefox esr 115.9.1.0
teams version is 24033.811
server is 2.4.1.0
router firmware 3.0.0.4.388
dns over https
ping 50 60 70 ms
ip rating ip67 ip68
ip address 4 octets
host a party for 10 20 30 people
host 12 34 56 78
mac 13.6.4.1
mac 10 11 12 13
bluetooth 5.0 5.1 5.2 5.3
password=getPass2(user)
my password is unhashed
the label says 92 4111 1111 1111 1111 0000 12
my password is argon2id hashed
my card 1234 5678 9012 3456 is a sample
visit kubernetes.io/docs/home
io.acme.fr/Main2 is the class
the range 34.64.0.0/10 is google's
password="yourpassword"
is no_at_symbol.com valid
my password is wrong!
mein Passwort ist 8-stellig
mein Passwort ist falsch!
das Passwort ist 12 Zeichen lang
mi contraseña es incorrecta
mi contraseña es de 8 caracteres
la contraseña es muy débil!
la clave es la paciencia
le mot de passe est invalide
mon mot de passe est oublié
la password è sbagliata
a senha é muito curta
minha senha é a mesma
mijn wachtwoord is verlopen
het wachtwoord is 8 tekens lang
pw windows10
pwd /var/www2
run pwd then ls -l4
the pw protected file
api key is MyApiKeyFromEnv_v2
token is user_id_12345678
the api key is process_env_API_KEY_2
my token is CancellationTokenSource_Default
the secret is AbstractSingletonProxyFactoryBean
eth transaction 0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318 failed
private key hash 4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318
sha256 4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318
aws secret manager arn for my application and the other account
the password field type is varchar255
password for office365 is expired
das Passwort ist zu kurz, mindestens 8 Zeichen
mein Passwort für Office365 ist abgelaufen
mon mot de passe est expiré depuis 2024
la contraseña es la misma que la de 2023
la clave: 80/20
das Passwort windows11 zurücksetzen
mijn wachtwoord voor windows10 is weg
it reads 23110 8557 384 1412 934 735001 1284 357177
it reads 395 6834 4473 5294 09391 164 0134 297221
it reads 4971 4251 795 51840 054 3222 577388 641
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
    ("SECRET", "my password is *$ecret99*"),
    ("SECRET", "the password I use is *Banana77*"),
    ("SECRET", "it says pass: *qwe123rty*"),
    ("SECRET", 'my password is "*correct horse*"'),
    ("SECRET", "password is *letmein*"),
    ("SECRET", "my password is *48213377*"),
    ("SECRET", "here is my api key *4f8a9c0d1e2b3a4c5d6e*"),
    ("SECRET", "enter pin *5937* twice"),
    ("SECRET", "*5937* is my pin"),
    ("SECRET", "curl -u ann:*pw12345* fails"),
    ("SECRET", "my password is *hunter2!* and it fails"),
    ("SECRET", "pwd: *Sunfl0wer!*"),
    ("SECRET", "wifi pw *Tr0ub4dor*"),
    ("SECRET", "my pwd *blue42monkey!*"),
    ("SECRET", "mi contraseña es *hunter2*"),
    ("SECRET", "mi contrasen\u0303a es *hunter2*"),
    ("SECRET", "la clave del wifi es *Gato1234!*"),
    ("SECRET", "mein Passwort ist *Sommer24*, und es geht nicht"),
    ("SECRET", "das WLAN-Passwort lautet jetzt *Sommer24!*"),
    ("SECRET", "*Sommer24* ist mein Passwort"),
    ("SECRET", "mon mot de passe est *Soleil99*"),
    ("SECRET", "le mdp du wifi est *Soleil99*"),
    ("SECRET", "la password del wifi è *Gatto77*"),
    ("SECRET", "la mia password e' *Gatto77*"),
    ("SECRET", "a senha do wifi é *Gato2024*"),
    ("SECRET", "minha palavra-passe é *Gato2024*"),
    ("SECRET", "mon mot de passe c'est *Soleil99*"),
    ("SECRET", "mot de passe : *Soleil99*"),
    ("SECRET", "Passwort *Sommer24!* geht nicht"),
    ("SECRET", "clave: *Gato1234*"),
    ("SECRET", "el password de mi cuenta es *Gato1234*"),
    ("SECRET", "het wachtwoord van mijn account is *Fiets22*"),
    ("SECRET", "wachtwoord: *Fiets22*"),
    ("SECRET", "my api key is *x8Kd_93jsKq0ZZp1_aa9*"),
    ("SECRET", "the token is *kJhGfDsA-qWeRtYuI_oPzXcVbN*."),
    ("SECRET", "api key *Zk3-_aB9xQ_pL0mN-rT7vWyU* is refused"),
    ("SECRET", "my ETH key is *4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318*"),
    ("SECRET", "private key: *0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318*"),
    ("SECRET", "secp256k1 says *4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318*"),
    ("PHONE_NUMBER", "*+4915112345678* is mine"),
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


def numbers(characters: int, form: Callable[[random.Random], str], between: str) -> str:
    chosen = random.Random(0)
    return between.join(form(chosen) for _ in range(characters))[:characters]


@pytest.mark.parametrize("between", [" ", ", ", "\n", "-"])
@pytest.mark.parametrize(
    "form",
    [
        lambda chosen: str(chosen.randrange(10 ** chosen.randint(1, 5))),
        lambda chosen: f"{chosen.randrange(10_000):04d}",
        lambda chosen: f"{chosen.randrange(1000)} {chosen.randrange(10_000)} {chosen.randrange(1000)}",
    ],
)
def test_rows_of_numbers_need_few_checks_of_phone_numbers(
    form: Callable[[random.Random], str], between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = []
    real = phonenumbers.PhoneNumberMatcher

    def counted(*arguments: Any) -> Any:
        checks.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(phonenumbers, "PhoneNumberMatcher", counted)
    counts = []
    for characters in (2_000, 4_000):
        checks.clear()
        find_pii(numbers(characters, form, between))
        counts.append(len(checks))
    assert counts[1] <= 1.1 * counts[0] + len(PHONE_REGIONS)
    assert counts[1] <= MAX_UNRECOGNIZED * len(PHONE_REGIONS) / 2


def test_a_list_of_phone_numbers_is_found_to_its_end() -> None:
    texts = [f"0{chosen} {chosen}5674" for chosen in range(20, 100)]
    single = [text for text in texts if find_pii(text)]
    assert len(single) > 2 * MAX_UNRECOGNIZED
    assert len(find_pii(", ".join(single))) == len(single)


def test_the_quick_look_at_digits_loses_no_national_number() -> None:
    chosen = random.Random(0)
    values = [f"0{chosen.randrange(10, 999)} {chosen.randrange(10**4, 10**7)}" for _ in range(60)]
    values += [
        f"{chosen.randrange(10, 999)} {chosen.randrange(100, 9999)} {chosen.randrange(100, 9999)}" for _ in range(60)
    ]
    for region in PHONE_REGIONS:
        examples = [phonenumbers.example_number_for_type(region, kind) for kind in range(11)]
        written = phonenumbers.PhoneNumberFormat.NATIONAL
        values += [phonenumbers.format_number(one, written) for one in examples if one]
    lost = [
        (value, region)
        for value in values
        for region in PHONE_REGIONS
        if not _may_be_national(value, region) and _has_national_grouping(value, region)
    ]
    assert lost == []
