#include <libxml/xmlversion.h>
// Its ICU is not the one that comes with Foundation; nothing of it is used here.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
