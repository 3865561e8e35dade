//! The agents that are known, one line each, as data. The first line of the list that is found in a User-Agent header
//! names it: programs that call themselves by their own name first, browsers last, because everybody claims to be one.

use super::Class::{self, Ai, ApiClient, Bot, Browser, Mobile, Monitor};

/// One agent.
pub(super) struct Rule {
    /// Its name for people.
    pub(super) name: &'static str,
    /// What kind of program it is.
    pub(super) class: Class,
    /// By what it is told, without regard to case; `^` is the start of the header.
    pub(super) sign: &'static str,
    /// Where its version stands, if not after the sign.
    pub(super) version: &'static str,
}

macro_rules! rules {
    ($($class:ident { $($name:literal $sign:literal $($version:literal)?;)* })*) => {
        &[$($(Rule { name: $name, class: $class, sign: $sign, version: concat!($($version)?) },)*)*]
    };
}

/// Every agent, the ones that count most first.
pub(super) const RULES: &[Rule] = rules! {
    Ai {
        "GPTBot" "gptbot";
        "ChatGPT-User" "chatgpt-user";
        "OAI-SearchBot" "oai-searchbot";
        "OpenAI" "^openai/";
        "OpenAI" "^asyncopenai/";
        "ClaudeBot" "claudebot";
        "Claude-User" "claude-user";
        "Claude-SearchBot" "claude-searchbot";
        "Claude Code" "^claude-code/";
        "Claude Code" "^claude-cli/";
        "anthropic-ai" "anthropic-ai";
        "Claude-Web" "claude-web";
        "Anthropic" "^anthropic/";
        "Anthropic" "^asyncanthropic/";
        "PerplexityBot" "perplexitybot";
        "Perplexity-User" "perplexity-user";
        "Google-Extended" "google-extended";
        "Gemini" "gemini-deep-research";
        "Google-CloudVertexBot" "google-cloudvertexbot";
        "GoogleAgent" "googleagent";
        "Gemini CLI" "geminicli";
        "CCBot" "ccbot";
        "Bytespider" "bytespider";
        "Amazonbot" "amazonbot";
        "Applebot-Extended" "applebot-extended";
        "Meta-ExternalAgent" "meta-externalagent";
        "Meta-ExternalFetcher" "meta-externalfetcher";
        "FacebookBot" "facebookbot";
        "cohere-ai" "cohere-ai";
        "Cohere" "cohere-training-data-crawler";
        "MistralAI-User" "mistralai-user";
        "DuckAssistBot" "duckassistbot";
        "YouBot" "youbot";
        "Diffbot" "diffbot";
        "AI2Bot" "ai2bot";
        "ImagesiftBot" "imagesiftbot";
        "Timpibot" "timpibot";
        "PanguBot" "pangubot";
        "Kangaroo Bot" "kangaroo bot";
        "DeepSeek" "deepseekbot";
        "Cursor" "^cursor/";
        "GitHub Copilot" "githubcopilotchat";
        "LangChain" "langchain";
        "LlamaIndex" "llamaindex";
        "MCP" "^mcp-client";
        "MCP" "modelcontextprotocol";
    }
    Monitor {
        "kube-probe" "^kube-probe/";
        "ELB-HealthChecker" "elb-healthchecker";
        "Amazon Route 53" "amazon-route53-health-check-service";
        "Google health check" "^googlehc";
        "Google uptime check" "googlestackdrivermonitoring-uptimechecks";
        "Azure" "^edge health probe";
        "Azure" "^alwayson";
        "Envoy health check" "^envoy/hc";
        "Consul" "^consul health check";
        "HAProxy" "^haproxy";
        "Prometheus" "^prometheus/";
        "Blackbox Exporter" "^blackbox exporter/";
        "Blackbox Exporter" "^blackbox-exporter/";
        "Grafana" "^grafana/";
        "Alertmanager" "^alertmanager/";
        "VictoriaMetrics" "^vm_promscrape";
        "Datadog" "^datadog";
        "New Relic" "newrelicpinger";
        "Dynatrace" "ruxit";
        "Pingdom" "pingdom";
        "UptimeRobot" "uptimerobot";
        "Uptime-Kuma" "uptime-kuma";
        "StatusCake" "statuscake";
        "Better Stack" "better uptime bot";
        "Better Stack" "better stack";
        "Site24x7" "site24x7";
        "Checkly" "checkly";
        "Freshping" "freshping";
        "Hetrix" "hetrixtools";
        "Nagios" "check_http/";
        "Zabbix" "^zabbix";
        "Icinga" "^icinga";
        "Monit" "^monit/";
        "Gatus" "^gatus/";
        "Oh Dear" "oh dear";
    }
    ApiClient {
        "k6" "^k6/";
        "Grafana k6" "^grafana k6";
        "wrk" "^wrk/";
        "hey" "^hey/";
        "ApacheBench" "^apachebench/";
        "Siege" "siege/";
        "JMeter" "jmeter";
        "Gatling" "^gatling";
        "Locust" "^locust/";
        "autocannon" "^autocannon";
        "Vegeta" "^vegeta";
        "Artillery" "^artillery";
        "Newman" "^newman/";
        "Postman" "postmanruntime/";
        "Insomnia" "^insomnia/";
        "Bruno" "^bruno-runtime/";
        "Bruno" "^bruno/";
        "Hoppscotch" "hoppscotch";
        "Paw" "^paw/";
        "RapidAPI" "^rapidapi";
        "Thunder Client" "thunder client";
        "IntelliJ HTTP Client" "^intellij http client";
        "HTTPie" "^httpie/";
        "xh" "^xh/";
        "grpcurl" "^grpcurl/";
        "curl" "^curl/";
        "libcurl" "libcurl/";
        "curl" "^curl";
        "Wget" "^wget/";
        "Wget" "^wget";
        "aria2" "^aria2/";
        "lwp" "^libwww-perl/";
        "lwp" "^lwp";
        "Mojolicious" "^mojolicious";
        "python-requests" "^python-requests/";
        "aiohttp" "aiohttp/";
        "httpx" "^python-httpx/";
        "httplib2" "python-httplib2/";
        "urllib3" "^python-urllib3/";
        "urllib3" "^urllib3/";
        "Python urllib" "^python-urllib/";
        "Python" "^python/";
        "Boto3" "^boto3/";
        "Botocore" "^botocore/";
        "AWS CLI" "^aws-cli/";
        "AWS SDK" "^aws-sdk-" "/";
        "AWS SDK" "aws-sdk-" "/";
        "Terraform" "terraform/";
        "OpenTofu" "opentofu/";
        "Ansible" "^ansible-httpget";
        "Chef" "^chef client/";
        "Puppet" "^puppet/";
        "kubectl" "^kubectl/";
        "Helm" "^helm/";
        "Docker" "^docker/";
        "containerd" "^containerd/";
        "Git" "^git/";
        "npm" "^npm/";
        "pip" "^pip/";
        "Cargo" "^cargo/";
        "Maven" "^apache-maven/";
        "Gradle" "^gradle/";
        "axios" "^axios/";
        "undici" "^undici";
        "node-fetch" "^node-fetch";
        "got" "^got/";
        "got" "^got (";
        "superagent" "^node-superagent/";
        "Deno" "^deno/";
        "Bun" "^bun/";
        "Node.js" "^node.js";
        "Node.js" "^node/";
        "Node.js" "^node";
        "Elasticsearch client" "^elasticsearch-" "/";
        "OpenSearch client" "^opensearch-" "/";
        "OpenTelemetry" "^otel" "/";
        "OpenTelemetry Collector" "^opentelemetry collector";
        "Vector" "^vector/";
        "Fluent Bit" "^fluent-bit";
        "Go" "^go-http-client/";
        "Resty" "^go-resty/";
        "Go" "^go-";
        "gRPC Go" "grpc-go/";
        "gRPC Java" "grpc-java-" "/";
        "gRPC Python" "grpc-python/";
        "gRPC Node" "grpc-node" "/";
        "gRPC .NET" "grpc-dotnet/";
        "gRPC C++" "grpc-c++/";
        "Connect" "^connect-";
        "okhttp" "okhttp/";
        "Retrofit" "^retrofit";
        "Ktor" "^ktor";
        "Apache HttpClient" "apache-httpclient/";
        "Apache HttpClient" "jakarta commons-httpclient/";
        "Apache HttpAsyncClient" "apache-httpasyncclient/";
        "Java HttpClient" "^java-http-client/";
        "Jersey" "^jersey/";
        "Reactor Netty" "^reactornetty/";
        "Vert.x" "^vert.x";
        "Feign" "^feign";
        "Rest Assured" "rest-assured";
        "Groovy" "^groovy";
        "Apache CXF" "^apache-cxf";
        "Apache CXF" "^apache cxf";
        "Axis" "^axis/";
        "Java" "^java/";
        "Scala sttp" "^sttp";
        "Akka HTTP" "^akka-http/";
        "Pekko HTTP" "^pekko-http/";
        "RestSharp" "^restsharp/";
        "Refit" "^refit";
        "Flurl" "^flurl";
        "PowerShell" "powershell/";
        ".NET" "^dotnet";
        "WinHTTP" "winhttp";
        "Windows BITS" "^microsoft bits/";
        "Power Query" "microsoft.data.mashup";
        "Azure SDK" "^azsdk-";
        "reqwest" "^reqwest/";
        "reqwest" "reqwest";
        "hyper" "^hyper/";
        "ureq" "^ureq/";
        "Ruby" "^ruby";
        "Faraday" "^faraday";
        "HTTParty" "^httparty";
        "rest-client" "^rest-client/";
        "Typhoeus" "^typhoeus";
        "Guzzle" "guzzlehttp/";
        "Symfony" "^symfony";
        "PHP" "^php";
        "PEAR" "pear http_request";
        "WordPress" "^wordpress/";
        "Elixir" "^elixir";
        "hackney" "^hackney/";
        "Finch" "^finch";
        "Stripe" "^stripe/";
        "GitHub webhook" "^github-hookshot/";
        "GitLab" "^gitlab/";
        "Slack" "^slackhooks";
        "Twilio" "^twilioproxy/";
        "Zapier" "^zapier";
        "n8n" "^n8n";
        "SOAP client" "soap";
    }
    Bot {
        "Googlebot" "googlebot";
        "Google favicon" "google favicon";
        "Google Web Preview" "google web preview";
        "Google AdsBot" "adsbot-google";
        "Google Mediapartners" "mediapartners-google";
        "Google Feedfetcher" "feedfetcher-google";
        "Google-InspectionTool" "google-inspectiontool";
        "GoogleOther" "googleother";
        "Google Read Aloud" "google-read-aloud";
        "APIs-Google" "apis-google";
        "Bingbot" "bingbot";
        "Bing preview" "bingpreview";
        "msnbot" "msnbot";
        "Yahoo! Slurp" "yahoo! slurp";
        "DuckDuckBot" "duckduckbot";
        "DuckDuckGo Favicons" "duckduckgo-favicons";
        "Baiduspider" "baiduspider";
        "YandexBot" "yandexbot";
        "Yandex" "+http://yandex.com/bots";
        "Sogou" "sogou";
        "360Spider" "360spider";
        "Yisou" "yisouspider";
        "PetalBot" "petalbot";
        "Naver" "yeti/";
        "Seznam" "seznambot";
        "Qwant" "qwantify";
        "Applebot" "applebot";
        "Exabot" "exabot";
        "Mail.RU" "mail.ru_bot";
        "Archive.org" "archive.org_bot";
        "Internet Archive" "ia_archiver";
        "AhrefsBot" "ahrefsbot";
        "SemrushBot" "semrushbot";
        "MJ12bot" "mj12bot";
        "DotBot" "dotbot";
        "BLEXBot" "blexbot";
        "DataForSeo" "dataforseobot";
        "Screaming Frog" "screaming frog";
        "Serpstat" "serpstatbot";
        "Ezooms" "ezooms";
        "Facebook" "facebookexternalhit";
        "Facebook" "facebookcatalog";
        "Twitterbot" "twitterbot";
        "LinkedInBot" "linkedinbot";
        "Pinterest" "pinterestbot";
        "Slackbot" "slackbot";
        "Telegram" "telegrambot";
        "Discord" "discordbot";
        "WhatsApp" "^whatsapp/";
        "Skype" "skypeuripreview";
        "Snapchat" "snap url preview";
        "Embedly" "embedly";
        "FeedBurner" "feedburner";
        "Feedbin" "feedbin";
        "Feedly" "feedly";
        "Tiny Tiny RSS" "tiny tiny rss";
        "Liferea" "^liferea/";
        "Universal Feed Parser" "universalfeedparser";
        "NetNewsWire" "netnewswire";
        "Inoreader" "inoreader";
        "NewsBlur" "newsblur";
        "Digg" "digg feed fetcher";
        "W3C validator" "w3c_validator";
        "HeadlessChrome" "headlesschrome/";
        "PhantomJS" "phantomjs";
        "Scrapy" "scrapy/";
        "colly" "colly";
        "HTTrack" "httrack";
        "Nutch" "nutch";
        "Heritrix" "heritrix";
        "Nikto" "nikto";
        "Nmap" "nmap scripting engine";
        "masscan" "masscan";
        "ZGrab" "zgrab";
        "sqlmap" "sqlmap";
        "Nuclei" "nuclei";
        "WPScan" "wpscan";
        "gobuster" "gobuster";
        "dirbuster" "dirbuster";
        "ffuf" "fuzz faster u fool";
        "feroxbuster" "feroxbuster";
        "OpenVAS" "openvas";
        "Nessus" "nessus";
        "Acunetix" "acunetix";
        "Burp" "burpcollaborator";
        "ZAP" "owasp zap";
        "Censys" "censysinspect";
        "Shodan" "shodan";
        "Palo Alto" "expanse, a palo alto";
        "InternetMeasurement" "internetmeasurement";
        "Netcraft" "netcraftsurveyagent";
    }
    Mobile {
        "Dalvik" "^dalvik/";
        "CFNetwork" "cfnetwork/";
        "Alamofire" "alamofire/";
        "Dart" "^dart/";
        "Flutter" "flutter";
        "React Native" "react-native";
        "Cronet" "cronet/";
        "Instagram" "instagram";
        "Facebook app" "fban/";
        "Facebook app" "fb_iab/";
        "TikTok" "musical_ly";
        "WeChat" "micromessenger/";
        "LINE" " line/";
    }
    Browser {
        "Opera Mini" "opera mini/";
        "Opera Mobile" "opera mobi";
        "Opera GX" "opx/";
        "Opera" "opr/";
        "Opera" "opera/" "version/";
        "Edge" "edg/";
        "Edge" "edge/";
        "Edge" "edga/";
        "Edge" "edgios/";
        "Samsung Internet" "samsungbrowser/";
        "Vivaldi" "vivaldi/";
        "Brave" "brave/";
        "Yandex Browser" "yabrowser/";
        "DuckDuckGo" "duckduckgo/";
        "DuckDuckGo" "ddg/";
        "UC Browser" "ucbrowser/";
        "UC Browser" "ucweb";
        "QQ Browser" "qqbrowser/";
        "MIUI Browser" "miuibrowser/";
        "Huawei Browser" "huaweibrowser/";
        "Whale" "whale/";
        "Coc Coc" "coc_coc_browser/";
        "Sleipnir" "sleipnir/";
        "Silk" "silk/";
        "Konqueror" "konqueror/";
        "Epiphany" "epiphany/";
        "SeaMonkey" "seamonkey/";
        "Waterfox" "waterfox/";
        "Pale Moon" "palemoon/";
        "Iceweasel" "iceweasel/";
        "Lynx" "^lynx/";
        "Links" "^links";
        "w3m" "^w3m/";
        "Firefox" "focus/";
        "Firefox" "fxios/";
        "Firefox" "firefox/";
        "Google app" "gsa/";
        "Chrome" "crios/";
        "Android WebView" "; wv)" "chrome/";
        "Chromium" "chromium/";
        "Chrome" "chrome/";
        "Internet Explorer" "msie ";
        "Internet Explorer" "trident/" "rv:";
        "BlackBerry" "bb10" "version/";
        "BlackBerry" "blackberry" "version/";
        "Android Browser" "android" "version/";
        "Openwave" "up.browser/";
        "Safari" "safari/" "version/";
        "WebView" "mobile/";
        "AppleWebKit" "applewebkit/";
        "Gecko" "gecko/";
    }
};

/// Operating systems and devices, the first that is found counts.
pub(super) const SYSTEMS: &[(&str, &str, &str)] = &[
    // Sign, system, device.
    ("windows phone", "Windows Phone", "phone"),
    ("iemobile", "Windows Phone", "phone"),
    ("xbox", "Xbox", "console"),
    ("playstation", "PlayStation", "console"),
    ("nintendo", "Nintendo", "console"),
    ("appletv", "tvOS", "tv"),
    ("apple tv", "tvOS", "tv"),
    ("tvos", "tvOS", "tv"),
    ("watchos", "watchOS", "watch"),
    ("apple watch", "watchOS", "watch"),
    ("web0s", "webOS", "tv"),
    ("webos", "webOS", "tv"),
    ("tizen", "Tizen", ""),
    ("smart-tv", "", "tv"),
    ("smarttv", "", "tv"),
    ("hbbtv", "", "tv"),
    ("bravia", "Android", "tv"),
    ("android tv", "Android", "tv"),
    ("roku", "Roku", "tv"),
    ("crkey", "Chromecast", "tv"),
    ("ipad", "iOS", "tablet"),
    ("iphone", "iOS", "phone"),
    ("ipod", "iOS", "phone"),
    ("kindle", "Fire OS", "tablet"),
    ("; kf", "Fire OS", "tablet"),
    ("harmonyos", "HarmonyOS", ""),
    ("android", "Android", ""),
    (" ios/", "iOS", "phone"),
    (" ios ", "iOS", "phone"),
    ("(ios", "iOS", "phone"),
    (";ios", "iOS", "phone"),
    ("ipados", "iOS", "tablet"),
    ("blackberry", "BlackBerry", "phone"),
    ("bb10", "BlackBerry", "phone"),
    ("kaios", "KaiOS", "phone"),
    ("symbian", "Symbian", "phone"),
    ("midp", "", "phone"),
    ("cros ", "ChromeOS", "desktop"),
    ("windows", "Windows", "desktop"),
    ("win9", "Windows", "desktop"),
    ("win32", "Windows", "desktop"),
    ("win64", "Windows", "desktop"),
    ("winnt", "Windows", "desktop"),
    ("win 9x", "Windows", "desktop"),
    ("mac os x", "macOS", "desktop"),
    ("macintosh", "macOS", "desktop"),
    ("macos", "macOS", "desktop"),
    ("freebsd", "FreeBSD", "desktop"),
    ("openbsd", "OpenBSD", "desktop"),
    ("netbsd", "NetBSD", "desktop"),
    ("sunos", "Solaris", "desktop"),
    ("solaris", "Solaris", "desktop"),
    ("x11", "Linux", "desktop"),
    ("linux", "Linux", ""),
];
