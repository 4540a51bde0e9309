"""English."""

SETS = {
    "the": "the|a|an|that|this|these|those|my|your|its|their|our|all the|all",
    "thing": (
        "summary|summaries|table|result|results|list|count|counts|number|numbers|figure|figures|overview|output|"
        "outcome|tally|breakdown|it|them|this|that|these|those|file|text|data|rows|content|contents|everything|"
        "draft|answer|report|totals|groups|lines|selection|final table|final result|what is left|what's left|"
        "what remains|whatever is left|the remaining ones"
    ),
    "stop": (
        "the|a|an|and|then|please|it|them|this|that|these|those|finally|next|also|to|of|in|for|with|from|at|on|"
        "as|into|you|could you|can you|i want you to|i need you to|i would like you to|now|afterwards|after that|"
        "there|here|which|who|whose|where|is|are|was|were|will be|be|so|what is|what are|those of|ones|its|their|"
        "my|our|whole|result|results|summary|rows|records|entries|data|hi|hello|hey|thanks|thank you|kindly|file|"
        "i|me|like to|would like|need to|want to|have|has|had|resulting|remaining|left over|currently|still|yet|"
        "->|=>|→|what is left|what's left|what remains"
    ),
    "read": (
        "read|read in|load|take|take in|open|import|parse|use|using|get|fetch|process|look at|look into|"
        "look through|start from|start with|go through|analyse|analyze|have a look at|given|based on|work on|"
        "pull in|pick up|reading|loading|taking|with|here is|consult|examine|ingest|copy|turn|convert|transform"
    ),
    "write": (
        "write|save|store|put|place|export|output|dump|record|writing|saving|storing|written|saved|stored|"
        "write out|goes|go|should go|send the result|print|exported|persist|be written|be saved|be stored|"
        "is written|is saved|is stored|gets written|are written|should end up|ends up|end up|land|should land|"
        "lands|put down"
    ),
    "make": (
        "create|make|produce|generate|build|prepare|compile|fill|i need|i want|we need|give me|i would like|"
        "draw up|set up|get me|write|need|want"
    ),
    "to": (
        "to|into|as|onto|named|called|under|in file|to file|under the name|as file|->|=>|→|with the name|"
        "in a file called|to a file called"
    ),
    "from": "from|out of|of|inside|within|using|on|off|by reading|found in|listed in|contained in|based on",
    "at": "in|at",
    "filenoun": (
        "file|csv|csv file|table|data|contents of|content of|contents|the file|text file|spreadsheet|rows of|"
        "rows in|list in|data in|data of|called|named|lines of|text of|text in|a file called|a file named|"
        "markdown file|json file|file called|file named"
    ),
    "stdin": (
        "stdin|standard input|the standard input|from stdin|from standard input|on stdin|the piped input|"
        "piped input|what i pipe in|what is piped in|the run's input|the input of the run|the input text|"
        "what i type in"
    ),
    "keep": (
        "keep|nothing but|keep only|only keep|look at only|only look at|look only at|only consider|consider only|"
        "consider|filter|filter for|filter by|filter on|filter to|filter it to|filter them by|filter it by|"
        "filter them to|retain|select|pick|pick out|choose|extract|find|only|just|restrict to|restrict it to|"
        "limit to|limit it to|limit them to|narrow down to|narrow it down to|leave only|only leave|leave|take|"
        "take only|only take|keeping|keeping only|keep just|interested in|only interested in|only want|want only|"
        "only those|filtered to|filtered by|filtering|only include|include only|include|care about|"
        "only care about|select only|where only|pull out|restricted to|limited to"
    ),
    "drop": (
        "drop|remove|discard|exclude|leave out|filter out|ignore|skip|omit|throw away|throw out|get rid of|"
        "dropping|removing|excluding|ignoring|skipping|leaving out|weed out|cut out|strip out|kick out|toss"
    ),
    "column": "column|columns|field|fields|the column|the columns|the field|the fields",
    "rest": (
        "ignore the rest|drop the rest|ignore everything else|drop everything else|ignore the others|"
        "drop the others|skip the rest|forget the rest|leave out the rest|skip everything else|nothing else|"
        "remove the rest|discard the rest|throw away the rest|remove everything else|discard everything else|"
        "ignore all others|ignore all the others|drop all others|leave out everything else|skip the others|"
        "and nothing else"
    ),
    "and": "and|as well as|plus|and also|and that|and whose|and where|&|but with|but also|but only",
    "both": "both",
    "or": "or|or else|and/or",
    "not": (
        "not|isn't|aren't|is not|are not|wasn't|weren't|non|never|doesn't have|don't have|do not have|"
        "does not have|not have|anything but|other than|except|except for|but not|apart from|and not|nor|!=|<>|≠|"
        "everything but|all but|any but|all except|everything except|but no"
    ),
    "neither": "neither",
    "is": (
        "is|are|was|were|=|==|equals|equal to|is equal to|of|being|set to|is set to|reads|says|must be|should be|"
        "to be|is exactly|exactly|value|with value|has the value|having the value|is marked|marked as|marked|"
        "are marked|has to be|have to be"
    ),
    "glue": (
        "the|a|an|that|which|who|whose|where|is|are|was|were|be|been|being|with|having|have|has|had|of|ones|one|"
        "those|these|them|they|it|all|rows|row|records|record|entries|entry|lines|items|item|everything|anything|"
        "any|what|whatever|in|at|its|their|still|currently|marked|as|marked as|yet|either|only those|every one|"
        "those which|to|on|me|i|us|we|there|condition|conditions|so that|such that|for which|by|for|stuff|things|"
        "also|listed|exactly|from|must|should"
    ),
    "more": (
        "over|above|more than|greater than|larger than|bigger than|higher than|exceeding|exceeds|exceed|"
        "in excess of|>|is over|is above|is more than|is greater than|beyond|greater|longer than|older than|"
        "upwards of more than|costlier than"
    ),
    "less": (
        "under|below|less than|fewer than|smaller than|lower than|<|is under|is below|is less than|shorter than|"
        "younger than|cheaper than"
    ),
    "atleast": (
        "at least|no less than|not less than|not under|not below|>=|≥|minimum|greater than or equal to|"
        "more than or equal to|from at least|no fewer than|not fewer than"
    ),
    "atmost": (
        "at most|no more than|not more than|not over|not above|<=|≤|up to|maximum|less than or equal to|not exceeding"
    ),
    "between": "between|from between",
    "empty": "empty|blank|missing|not set|unset|is empty|is blank|is missing|not given|absent",
    "without": "without|no|lacking|with no|having no|has no|have no|with an empty|with empty",
    "filled": "filled|not empty|not blank|not missing|present|filled in|is set|given|non-empty|non empty",
    "contains": (
        "contains|containing|contain|that contain|includes|including|mentions|mentioning|mention|with the word|"
        "has the word"
    ),
    "starts": "starts with|starting with|start with|begins with|beginning with|begin with",
    "ends": "ends with|ending with|end with|ends in|ending in|end in",
    "count": (
        "count each group|tell me the number|give me the number|count|counts|counting|tally|how many|number of|"
        "the number of|count up|count of|the count of|counts of|counted|the numbers of|total number of|"
        "the total number of|add up how many|frequency of|quantity of rows|work out how many|find out how many|"
        "tell me how many|tell how many|say how many|show how many|see how many|determine how many|list how many|"
        "note how many|calculate how many|compute how many|compute the number of|calculate the number of|"
        "tell me the number of|give me the number of|give the number of|determine the number of|"
        "give me the count of|record counts|row counts|counts for|tot up|give me a count of|a count of|headcount|"
        "sum up how many|report how many"
    ),
    "tell": (
        "give me|give|tell me|tell|report|work out|calculate|compute|determine|find out|summarise|summarize|"
        "provide|provide me|i need|i want|i want to know|i would like to know|i would like|we need|get me|"
        "let me know|sum up|put together|make|produce|create|prepare|i'd like to know|i'd like|draw up|generate|"
        "build|and tell me|analyse|analyze"
    ),
    "drops": "the rest|rest|the remainder|the others|all the others|the other ones",
    "countname": (
        "count|counts|the count|the counts|number|the number|number of|the number of|frequency|how many|"
        "the number of rows|group size|size"
    ),
    "countnoun": (
        "there are|are there|there were|are left|is left|remain|remains|remaining|left|we have|i have|exist|"
        "exist in it|are in it|it has|them|those|these|they|it|the rows|rows|are left over|occur|survive|stay|"
        "we got|are|came in|up"
    ),
    "by": (
        "by|one line per|one row per|a line per|a row per|one line for each|one row for each|a row for each|"
        "a line for each|per|for each|for every|in each|in every|of each|of every|within each|broken down by|"
        "grouped by|split by|divided by|group by|group them by|group it by|aggregated by|aggregate by|"
        "for each of the|by each|each|every|split up by|according to|grouped per|broken down per|"
        "separately for each|separately by|across each|with each|for each different|for each distinct|per each|"
        "group those by|group these by|group the rows by|group what is left by|group the rest by|"
        "group the result by|group the results by|groups by|group all by|group everything by|group on|bucket by"
    ),
    "group": (
        "group|group by|group them by|group it by|grouped by|group those by|group these by|group the rows by|"
        "group what is left by|group the rest by|group the result by|group the results by|group everything by|"
        "group on|grouped|broken down by"
    ),
    "sort": (
        "sort|sort by|order by|sorted by|ordered by|sort it by|order it by|sort them by|order them by|"
        "sort the rows by|order the rows by|sort the result by|order the result by|rank by|rank them by|"
        "arrange by|arrange them by|arrange it by|sort the table by|order the table by|sort those by|"
        "order those by|sort by the|sorted on|sorting by|sort all by|sort everything by|in order of|"
        "sort the results by|order the results by|sort these by|sort on|sort that by|put them in order of|"
        "sort the list by|order the list by|sort it on"
    ),
    "desc": (
        "descending|in descending order|desc|descending order|high to low|from high to low|highest first|"
        "largest first|biggest first|newest first|latest first|from highest to lowest|from largest to smallest|"
        "in reverse|in reverse order|the highest first|the largest first|the biggest first|downwards|from z to a|"
        "highest to lowest|largest to smallest|the newest first|the latest first|most expensive first|reversed"
    ),
    "asc": (
        "ascending|in ascending order|asc|ascending order|low to high|from low to high|lowest first|"
        "smallest first|oldest first|from lowest to highest|alphabetically|in alphabetical order|"
        "from smallest to largest|the lowest first|the smallest first|the oldest first|earliest first|"
        "from a to z|a to z|lowest to highest|upwards|cheapest first"
    ),
    "frequent": (
        "most frequent first|most common first|the most frequent first|the most frequent ones first|"
        "the biggest count first|highest count first|the highest count first|largest count first|"
        "the largest count first|the largest group first|the biggest group first|largest group first|most first|"
        "with the most first|the most common first|biggest group first|sorted by count descending|"
        "by count descending"
    ),
    "rare": (
        "least frequent first|least common first|lowest count first|smallest count first|fewest first|"
        "the fewest first|smallest group first"
    ),
    "top": (
        "top|the top|first|the first|keep the first|keep the top|only the first|only the top|keep only the first|"
        "keep only the top|take the first|take the top|show the first|show the top|take only the first|"
        "leave only the first"
    ),
    "topnoun": "rows|ones|entries|records|lines|of them|results|items|groups",
    "sum": (
        "sum|total|add up|sum up|sum of|total of|the sum of|the total of|the total|the sum|summed|totals of|"
        "adding up|sum the|total the|summarise the total"
    ),
    "mean": "average|mean|the average|the mean|average of|mean of|the average of|the mean of",
    "min": (
        "minimum of|the minimum of|the minimum|smallest|the smallest|the lowest|lowest|minimum|the least|"
        "the earliest|earliest"
    ),
    "max": (
        "maximum of|the maximum of|the maximum|largest|the largest|the highest|highest|maximum|the biggest|"
        "biggest|the latest|latest"
    ),
    "markdown": (
        "as markdown|as a markdown table|as markdown table|into a markdown table|to markdown|in markdown|as md|"
        "into markdown|as a table in markdown|in markdown format|markdown table|as a markdown file|"
        "to a markdown table"
    ),
    "csv": "as csv|into csv|to csv|as a csv|as a csv file|in csv format|as a csv table",
    "json": (
        "as json|into json|to json|in json|as a json file|as a json list|in json format|as json text|"
        "as a json document|convert to json|convert it to json|turn it into json|turn into json"
    ),
    "convert": "turn|convert|transform|change|converted|turning",
    "show": (
        "show me|show|show it|display|show it to me|show them to me|show the result|print|print it|present it|"
        "show me the result|list|show them|give me|present|show it as|present it as"
    ),
    "upper": (
        "upper case|uppercase|capitals|capital letters|in upper case|to upper case|into upper case|in capitals|"
        "all caps|to uppercase|upper-case|make it upper case|turn it into upper case|"
        "turn the text into upper case|turn everything into capitals|make everything upper case|"
        "make the text upper case|convert it to upper case|convert the text to upper case|"
        "put everything in capitals|convert everything to upper case|turn all letters into capitals|"
        "change it to upper case|upper case it|uppercase it|turn it into capitals|"
        "turn everything into upper case|turn it to upper case|change everything to upper case"
    ),
    "lower": (
        "lower case|lowercase|small letters|in lower case|to lower case|into lower case|to lowercase|lower-case|"
        "make it lower case|turn it into lower case|turn the text into lower case|make everything lower case|"
        "make the text lower case|convert it to lower case|convert the text to lower case|"
        "convert everything to lower case|turn everything into lower case|put everything in small letters|"
        "change it to lower case|lower case it|lowercase it|change everything to lower case|"
        "turn everything into small letters"
    ),
    "trim": (
        "trim it|trim the text|trim|strip white space|strip whitespace|strip the white space around it|"
        "remove white space around it|remove surrounding white space|trim white space|trim whitespace|"
        "remove leading and trailing white space|trim the white space|strip leading and trailing white space|"
        "cut off white space at both ends"
    ),
    "replace": (
        "replace|replace all|replace every|replace each|change|change every|swap|substitute|replacing|replace any"
    ),
    "replaceby": "by|with|for|to|into",
    "lines": "lines|the lines|text lines",
    "wordunits": "words|the words",
    "charunits": "characters|the characters|chars|letters",
    "approving": (
        "approve|approved|confirm|confirmed|agree|agreed|agree to|agreed to|accept|accepted|ok|okay|okayed|"
        "okay'd|sign off|signed off|sign off on|signed off on|say yes|said yes|say ok|said ok|say okay|"
        "say yes to|said yes to|give my ok|gave my ok|give the ok|gave the ok|give my okay|gave my okay|"
        "give my approval|gave my approval|give my consent|gave my consent|give the go-ahead|gave the go-ahead|"
        "give the green light|gave the green light|give a go|give my blessing|authorise|authorize|authorised|"
        "authorized|endorse|endorsed|am happy|am happy with|am ok with|am okay with|am fine with|release|"
        "released|nod|nodded|clear|cleared|consent|consented|consent to|say so|said so|am satisfied|"
        "am satisfied with|give it my ok|give it my okay|say it is ok|say it is fine|say it's fine|say it's ok|"
        "say that it is fine|give permission|gave permission|allow|allowed|allow it|sign it off|signed it off|"
        "answer yes|answered yes|give the nod|gave the nod"
    ),
    "checking": (
        "check|review|verify|inspect|look at|look over|have a look at|take a look at|see|examine|preview|vet|"
        "double-check|look through|have a look|take a look|decide|decide on|checked|reviewed|seen|looked at|"
        "looked over|verified|inspected|proofread|validate|veto|approve|approved|confirm|confirmed|agree|agreed|"
        "agree to|agreed to|accept|accepted|ok|okay|okayed|okay'd|sign off|signed off|sign off on|signed off on|"
        "say yes|said yes|say ok|said ok|say okay|say yes to|said yes to|give my ok|gave my ok|give the ok|"
        "gave the ok|give my okay|gave my okay|give my approval|gave my approval|give my consent|gave my consent|"
        "give the go-ahead|gave the go-ahead|give the green light|gave the green light|give a go|"
        "give my blessing|authorise|authorize|authorised|authorized|endorse|endorsed|am happy|am happy with|"
        "am ok with|am okay with|am fine with|release|released|nod|nodded|clear|cleared|consent|consented|"
        "consent to|say so|said so|am satisfied|am satisfied with|give it my ok|give it my okay|say it is ok|"
        "say it is fine|say it's fine|say it's ok|say that it is fine|give permission|gave permission|allow|"
        "allowed|allow it|sign it off|signed it off|answer yes|answered yes|give the nod|gave the nod"
    ),
    "oknoun": (
        "ok|okay|approval|consent|go-ahead|go ahead|confirmation|agreement|sign-off|sign off|signoff|permission|"
        "yes|blessing|green light|authorisation|authorization|nod|review|say-so|sanction|acceptance|final say|"
        "feedback"
    ),
    "when": (
        "after|once|when|as soon as|if|only if|only after|only once|only when|until|only as soon as|not until|"
        "not before|but only if|but only after|but only once|but only when|provided|provided that|provided i|"
        "assuming|but not before|but not until|only then when|when and only when|if and only if|as long as"
    ),
    "afterword": (
        "after|with|upon|on|only with|only after|only upon|pending|subject to|wait for|waiting for|only on|"
        "following|given|await|awaiting|once you have|once you got|as soon as you have|when you have|if you have|"
        "require|requires|needs|need|only given|obtain|seek|conditional on|if you get|once there is"
    ),
    "quality": "fine|ok|okay|good|right|correct|alright|all right|acceptable|ready|as it should be",
    "dont": (
        "do not|don't|never|nothing is|nothing should be|nothing may be|nothing must be|nothing will be|must not|"
        "should not|shouldn't|mustn't|but do not|but don't|nothing gets|it must not be|it should not be"
    ),
    "content": (
        "happy|happy with|ok with|okay with|fine with|satisfied|satisfied with|fine|ok|okay|good with|content|"
        "content with|done checking|done reviewing|in agreement|in agreement with"
    ),
    "first": "beforehand|first",
    "passed": "approved|confirmed|accepted|okayed|cleared|released|checked|reviewed",
    "proceed": (
        "go on|go ahead|going on|going ahead|continue|continuing|proceed|proceeding|write|writing|save|saving|"
        "store|storing|written|saved|stored"
    ),
}
APPROVALS = (
    "@dont @write @the? @thing? until|before|unless i have? @approving @the? @thing?",
    "@dont @write @the? @thing? without my @oknoun",
    "ask me before you? @write @the? @thing? is|gets?",
    "@when i'm|i @content @the? @thing?",
    "@when i am @content @the? @thing?",
    "first? ask me first? to first? @checking @the? @thing? @first?",
    "get|have|let|make|allow|prompt|require|want|permit|invite me first? to? first? @checking @the? @thing? @first?",
    "wait until|till i have? @checking @the? @thing?",
    "wait for|on me to @checking @the? @thing?",
    "i would like|love|prefer to @checking @the? @thing? @first?",
    "i want|need to @checking @the? @thing? @first?",
    "i must|should|have|will|shall|can|may to? @checking @the? @thing? @first?",
    "i'll|i'd like|want|love|prefer? to? @checking @the? @thing? @first?",
    "ask|wait|asking|waiting|get|stop|pause|check|request for @the? @oknoun on|of|for|to? @the? @thing? @first?",
    "ask|wait|asking|waiting|stop|pause me for @the? @oknoun on|of|for|to? @the? @thing? @first?",
    "ask me for? @the? @oknoun on|of|for|to? @the? @thing? @first?",
    "@afterword my|the|an|a|your? @oknoun by|from? me? on|of|for|to? @the? @thing?",
    "get|obtain|request|ask|seek|want my @oknoun on|of|for|to? @the? @thing? @first?",
    "@when i have|had|did|will? @checking @the? @thing?",
    "@when i've|i'm|i'd @checking @the? @thing?",
    "@when @the? @thing was|is|has|have|were|are been? @passed by me",
    "@when my @oknoun is|was? given|there",
    "i approve|confirm|agree|okay|authorise|authorize|release @the? @thing?",
    "show|display|present|give|submit|send|hand me? @the? @thing? to? me? for my|an|the? @oknoun @first?",
    "show|display|present|submit|put @the? @thing to|before? me beforehand|first",
    "show me @the? @thing? beforehand|first",
    "show me @the? @thing? and wait|ask for @the? @oknoun",
    "ask me beforehand|first|before ,? if|whether @the? @thing? is|are|looks|seems @quality",
    "ask me if|whether @the? @thing? is|are|looks|seems @quality",
    "ask me if|whether i @approving @the? @thing?",
    "ask me if|whether you|it may|can|should|is @proceed @the? @thing? to? be? @write?",
    "ask me beforehand|first|before",
    "but? ask beforehand|first",
    "check|clear|confirm|verify @the? @thing? with me beforehand|first|before?",
    "run @the? @thing? by|past me beforehand|first|before?",
    "without my @oknoun nothing is written|saved|stored",
    "for my @oknoun @first?",
    "on|upon|with my @oknoun",
    "subject to my @oknoun",
)
APPROVAL_TAILS = (
    "then? stop|pause|halt|wait",
    "@checking @the? @thing? @first?",
    "before it's|its|they're @write?",
    "but",
    "before you? @write @the? @thing? is|gets|goes?",
    "before @the? @thing? is|are|gets|goes|get|go @write?",
    "before you? @proceed @the? @thing?",
    "before that|this|it?",
    "only then",
    "then and only then",
    "if so|yes|approved|ok|okay",
    "only after that",
    "after that|this",
    "show me @the? @thing?",
    "show @the? @thing to me",
    "beforehand",
    "first",
    "only",
    "before",
    "after|once|until",
    "otherwise do nothing",
    "otherwise stop",
    "if not,? stop",
)
TRANSLATIONS: dict[str, str] = {}
ENDINGS: tuple[str, ...] = ()
